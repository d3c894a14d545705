"""The awsJson1.1 protocol around a request: which operation it names, who sent it, and how errors are written.

A request that names no operation gets the error of AWS's front end (observed in 2026 on Athena, which has the same
protocol; UnknownOperationException without a message also on CloudWatch Logs itself).

https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec.json

JSON_1_1 = "application/x-amz-json-1.1"
JSON = "application/json"
XML = "application/xml"
EVENT_STREAM = "application/vnd.amazon.eventstream"

Headers = Mapping[str, str]
"""Header fields by their names in lower case."""

_TARGET = re.compile(r"Logs_20140328\.([A-Z][A-Za-z0-9]*)")
_CREDENTIAL = re.compile(r"Credential=([^,\s]+)")
_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class AwsCall:
    """A request that names an operation; its response has the same content type (in `application/json`, wrapped)."""

    operation: str
    content_type: str
    service: str = "logs"


@dataclass(frozen=True, slots=True)
class AwsResponse:
    """A response that is not a stream. `headers` come on top of those that every response has, and `error` and
    `message` are the code and the text of an error."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    error: str | None = field(default=None, compare=False)
    message: str | None = field(default=None, compare=False)


def identify(method: str, path: str, headers: Headers) -> AwsCall | AwsResponse:
    """The operation that a request names, or the response that refuses it.

    The method, the path and the content type come first: anything but `POST /` in a JSON of this protocol gets a 404 in
    XML. A target that is missing or not the name of an operation, also one in lower case, gets a 400 without a message.
    """
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if method != "POST" or path != "/" or content_type not in (JSON_1_1, JSON):
        return AwsResponse(404, XML, b"<UnknownOperationException/>")
    target = _TARGET.fullmatch(headers.get("x-amz-target", ""))
    if target is None:
        return error_response(AwsCall("", content_type), 400, "UnknownOperationException", None)
    return AwsCall(target[1], content_type)


def json_response(call: AwsCall, status: int, body: bytes) -> AwsResponse:
    """A response in the content type of the call. In `application/json` it is wrapped; for errors that is chosen."""
    if call.content_type == JSON:
        body = b'{"Output":%s,"Version":"1.0"}' % (body or b"null")
    return AwsResponse(status, call.content_type, body)


def error_response(
    call: AwsCall, status: int, code: str, message: str | None, members: Mapping[str, object] | None = None
) -> AwsResponse:
    """An error: `__type`, `message` if there is one, then other members. There is no x-amzn-errortype header."""
    text = {} if message is None else {"message": message}
    response = json_response(call, status, msgspec.json.encode({"__type": code, **text, **(members or {})}))
    return replace(response, error=code, message=message)


@dataclass(frozen=True, slots=True)
class Credential:
    """The credential scope of a signed request, not checked.

    Attributes:
        account_id: the access key id, if it has the form of an account: 12 digits. That is how a caller picks the
            account, as with LocalStack and moto.
        region: None if there is none, as in SigV4a.
        service: the name that the request is signed for, such as `logs`; None if there is none.
    """

    account_id: str | None = None
    region: str | None = None
    service: str | None = None


def credential_of(headers: Headers) -> Credential:
    """The credential (`KEY/DATE/REGION/SERVICE/aws4_request`) of a request; all None if it is not signed like that."""
    found = _CREDENTIAL.search(headers.get("authorization", ""))
    if found is None:
        return Credential()
    key, *scope = found[1].split("/")
    account_id = key if _ACCOUNT.fullmatch(key) else None
    if len(scope) != 4:
        return Credential(account_id)
    return Credential(account_id, scope[1] if _REGION.fullmatch(scope[1]) else None, scope[2])
