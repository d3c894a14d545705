"""Reads bodies and query parameters as a route wants them, and writes the JSON of responses."""

import json
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from livetail.server.control.route import JSON, ControlCall, ControlError, ControlRoute, Query


async def read_call(request: Request, route: ControlRoute) -> ControlCall:
    """A request as its route wants it.

    Raises:
        ControlError: a parameter or the body does not fit.
    """
    query = _read_query(request, route.query)
    body = None
    if route.body is bytes:
        body = await request.body()
    elif route.body is not None:
        body = read_json(await request.body(), route.body)
    return ControlCall(body, query, request.path_params, request.receive)


def read_json(body: bytes, type_: Any) -> Any:
    """JSON as an object of `type_`.

    Raises:
        ControlError: it is not JSON, or not of this type.
    """
    try:
        return msgspec.json.decode(body, type=type_)
    except msgspec.ValidationError as error:
        raise ControlError(f"the body does not fit: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ControlError(f"the body is not valid JSON: {error}") from None


def json_response(content: Any, status: int = 200) -> Response:
    """A response of the control plane."""
    return Response(_encode(content), status, media_type=JSON)


def _read_query(request: Request, parameters: tuple[Query, ...]) -> dict[str, Any]:
    if not parameters:
        return {}  # whatever a client adds against caches is ignored
    known = {parameter.name: parameter for parameter in parameters}
    for name in request.query_params:
        if name not in known:
            raise ControlError(f"{name!r} is not a parameter; there are {', '.join(known)}")
    return {name: _read_number(request.query_params.get(name), parameter) for name, parameter in known.items()}


def _read_number(text: str | None, parameter: Query) -> float:
    if text is None:
        return parameter.default
    try:
        number = type(parameter.default)(text)
    except ValueError:
        number = -1
    if not 0 <= number <= parameter.maximum:
        raise ControlError(f"{parameter.name} is {text!r}; a number from 0 to {parameter.maximum:g} is expected")
    return number


def _encode(content: Any) -> bytes:
    try:
        return msgspec.json.encode(content)
    except UnicodeEncodeError:
        # A text has half of a surrogate pair. JSON can write it as an escape, which msgspec does not do.
        text = json.dumps(msgspec.to_builtins(content))
        return json.dumps(json.loads(text, parse_constant=lambda _: None)).encode()
