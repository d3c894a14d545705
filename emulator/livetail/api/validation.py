"""Checks the constraints of AWS's model, and names all that are broken in one error, as the service's framework does.

Texts: observed in responses of AWS. Since 2026 the value is no longer part of a constraint's text (moto #10104).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, TypeVar

import msgspec
from msgspec import inspect

from livetail.api.lenient import read_members, strip_optional
from livetail.core.errors import InvalidParameterException, ValidationException

MAX_PROBLEMS: Final = 10
"""How many problems are named at most (observed: fluent-plugin-cloudwatch-logs#140)."""

RequestType = TypeVar("RequestType", bound=msgspec.Struct)


def read_leniently(body: bytes, request_type: type[RequestType]) -> RequestType:
    """Read a request body that msgspec has not accepted.

    Raises:
        SerializationException: the body is not JSON, or a member is of a wrong type.
        InvalidParameterException: constraints are broken; the text names them all, up to MAX_PROBLEMS.
    """
    return request_from(read_members(body, inspect.type_info(request_type)), request_type)


def request_from(members: Mapping[str, Any], request_type: type[RequestType]) -> RequestType:
    """A request of members by AWS's names; None is absent.

    Raises:
        InvalidParameterException: constraints are broken; the text names them all, up to MAX_PROBLEMS.
    """
    given = {name: value for name, value in members.items() if value is not None}
    schema = inspect.type_info(request_type)
    assert isinstance(schema, inspect.StructType)
    texts = list(islice(_problems(given, schema, ""), MAX_PROBLEMS))
    if texts:
        plural = "" if len(texts) == 1 else "s"
        raise InvalidParameterException(f"{len(texts)} validation error{plural} detected: {'; '.join(texts)}")
    _check_own_constraints(given, schema)
    return msgspec.convert(given, request_type)


def _check_own_constraints(given: Mapping[str, Any], schema: inspect.StructType) -> None:
    """Check the constraints that the service checks itself, after those of its framework, with texts of its own."""
    for field in schema.fields:
        type_, extra = strip_optional(field.type)
        value = given.get(field.encode_name)
        if value is None or not isinstance(type_, inspect.StrType):
            continue
        if "not_matching" in extra and not re.search(type_.pattern or "", value):
            raise ValidationException(extra["not_matching"])
        if "too_long" in extra and type_.max_length is not None and len(value) > type_.max_length:
            raise InvalidParameterException(extra["too_long"])


def _problems(value: Any, type_: inspect.Type, path: str) -> Iterator[str]:
    """What is wrong with a value, member by member in the order of the model."""
    inner, _ = strip_optional(type_)
    match inner:
        case inspect.StructType():
            for field in inner.fields:
                member = f"{path}.{field.encode_name}" if path else field.encode_name
                if field.encode_name in value:
                    yield from _problems(value[field.encode_name], field.type, member)
                elif field.required:
                    yield f"Value null at '{member}' failed to satisfy constraint: Member must not be null"
        case inspect.ListType():
            yield from _texts(path, _length_problems(len(value), inner.min_length, inner.max_length))
            yield from _element_problems(value, inner.item_type, path)
        case inspect.DictType():
            yield from _texts(path, _length_problems(len(value), inner.min_length, inner.max_length))
            for part, members, member_type in (
                ("Map keys", value.keys(), inner.key_type),
                ("Map value", value.values(), inner.value_type),
            ):
                if any(_broken_constraints(each, member_type) for each in members):
                    yield from _texts(path, [f"{part} must satisfy constraint: {_all_constraints(member_type)}"])
        case _:
            yield from _texts(path, _broken_constraints(value, type_))


def _texts(path: str, constraints: Iterable[str]) -> Iterator[str]:
    return (f"Value at '{path}' failed to satisfy constraint: {constraint}" for constraint in constraints)


def _element_problems(elements: list[Any], type_: inspect.Type, path: str) -> Iterator[str]:
    """Structures are checked one by one; all other elements together make at most one problem."""
    if isinstance(strip_optional(type_)[0], inspect.StructType):
        for number, element in enumerate(elements, start=1):
            yield from _problems(element, type_, f"{path}.{number}.member")
    elif any(_broken_constraints(element, type_) for element in elements):
        yield from _texts(path, [f"Member must satisfy constraint: {_all_constraints(type_)}"])


def _broken_constraints(value: Any, type_: inspect.Type) -> list[str]:
    """The constraints that a scalar breaks, without those of `_check_own_constraints`; a pattern comes first."""
    inner, extra = strip_optional(type_)
    match inner:
        case inspect.StrType(pattern=pattern):
            problems = []
            if pattern is not None and "not_matching" not in extra and not re.search(pattern, value):
                problems.append(f"Member must satisfy regular expression pattern: {extra['pattern']}")
            maximum = None if "too_long" in extra else inner.max_length
            return problems + _length_problems(len(value), inner.min_length, maximum)
        case inspect.EnumType(cls=choices):
            names = [str(choice.value) for choice in choices]
            return [] if value in names else [f"Member must satisfy enum value set: [{', '.join(names)}]"]
        case inspect.IntType(ge=minimum, le=maximum):
            if maximum is not None and value > maximum:
                return [f"Member must have value less than or equal to {maximum}"]
            if minimum is not None and value < minimum:
                return [f"Member must have value greater than or equal to {minimum}"]
    return []


def _length_problems(length: int, minimum: int | None, maximum: int | None) -> list[str]:
    if maximum is not None and length > maximum:
        return [f"Member must have length less than or equal to {maximum}"]
    if minimum is not None and length < minimum:
        return [f"Member must have length greater than or equal to {minimum}"]
    return []


def _all_constraints(type_: inspect.Type) -> str:
    """Everything that an element must satisfy, as the framework lists it if one element does not."""
    type_, extra = strip_optional(type_)
    assert isinstance(type_, inspect.StrType)
    constraints = []
    if type_.max_length is not None:
        constraints.append(f"Member must have length less than or equal to {type_.max_length}")
    constraints.append(f"Member must have length greater than or equal to {type_.min_length or 0}")
    if "pattern" in extra:
        constraints.append(f"Member must satisfy regular expression pattern: {extra['pattern']}")
    return f"[{', '.join(constraints)}]"
