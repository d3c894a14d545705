"""Reads a request body that msgspec refused, in the way of AWS's front end, and says what is wrong with it.

Null is absent, a null element is dropped, unknown members are ignored, a fraction in place of an integer loses its
decimals. A member of the wrong type is a SerializationException that names the JSON token, whatever else is wrong
(observed on another service of the same framework in 2026). Otherwise all broken constraints of AWS's model are named
in one error. Those texts are of responses of AWS; since 2026 the value is no longer part of them (moto #10104).

Values that have no effect are not decoded: msgspec skips unknown members, and a list that is too long is read up to one
element more than its maximum. So even five million empty objects cost no more than their bytes.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import takewhile
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Raw, inspect

from livetail.api.shapes import INTEGER, INTEGER_RANGES, LONG
from livetail.core.errors import InvalidParameterException, SerializationException, ValidationException

MAX_PROBLEMS: Final = 10
"""How many problems are named at most (observed: fluent-plugin-cloudwatch-logs#140)."""

MAX_UNLIMITED_LENGTH: Final = 1_000
"""Elements that are read of a list whose length the model does not limit."""

MAX_WHOLE_BYTES: Final = 262_144
"""An object up to this size is read in its own order, so that the error names its first wrong type; a larger one in the
order of the model, so that unknown members cost nothing. No valid map is larger."""

MAX_REPAIRED_BYTES: Final = 8 * 1024 * 1024
"""In bodies up to this size, halves of surrogate pairs are replaced. Valid requests are smaller, even with all
characters escaped."""

_ESCAPE: Final = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\."
)
"""An escape in JSON: a surrogate pair, half of one, or the beginning of any other."""

_HALF_LENGTH: Final = len(rb"\ud83d")

RequestType = TypeVar("RequestType", bound=msgspec.Struct)


def read_leniently(body: bytes, request_type: type[RequestType]) -> RequestType:
    """The request of a body.

    Raises:
        SerializationException: the body is not JSON, or a member is of a wrong type.
        InvalidParameterException: constraints are broken; the text names them all, up to MAX_PROBLEMS.
    """
    schema = inspect.type_info(request_type)
    assert isinstance(schema, inspect.StructType)
    problems: list[str] = []
    try:
        body.decode()
        document = bytes(msgspec.json.decode(_without_surrogate_halves(body), type=Raw))
        if not document.startswith((b"{", b"[")):
            raise SerializationException
        members = _read_value(document, schema, "", problems)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        raise SerializationException from None
    if problems:
        count = min(len(problems), MAX_PROBLEMS)
        plural = "" if count == 1 else "s"
        raise InvalidParameterException(f"{count} validation error{plural} detected: {'; '.join(problems[:count])}")
    _check_own_constraints(members, schema)
    return msgspec.convert(members, request_type)


def _without_surrogate_halves(body: bytes) -> bytes:
    """JSON with U+FFFD for each escape of half a surrogate pair, which msgspec refuses (see `core.unicode`)."""
    if len(body) > MAX_REPAIRED_BYTES or (b"\\ud" not in body and b"\\uD" not in body):
        return body
    return _ESCAPE.sub(lambda escape: rb"\ufffd" if len(escape[0]) == _HALF_LENGTH else escape[0], body)


def _check_own_constraints(members: Mapping[str, Any], schema: inspect.StructType) -> None:
    """Check the constraints that the service checks itself, after those of its framework, with texts of its own."""
    for field in schema.fields:
        type_, extra = _strip_optional(field.type)
        value = members.get(field.encode_name)
        if value is None or not isinstance(type_, inspect.StrType):
            continue
        if "not_matching" in extra and not re.search(type_.pattern or "", value):
            raise ValidationException(extra["not_matching"])
        if "too_long" in extra and type_.max_length is not None and len(value) > type_.max_length:
            raise InvalidParameterException(extra["too_long"])


# ---- values: each function also adds the constraints that are broken -----------------------------------------------


def _read_value(value: bytes, type_: inspect.Type, path: str, problems: list[str]) -> Any:
    """Read the JSON of a value (not null) as a type of the model; `path` is its place in the request."""
    inner, extra = _strip_optional(type_)
    if value.startswith(b"["):
        if not isinstance(inner, inspect.ListType):
            raise SerializationException("Start of list found where not expected")
        return _read_list(value, inner, path, problems)
    if value.startswith(b"{"):
        if isinstance(inner, inspect.StructType):
            return _read_struct(value, inner, path, problems)
        if isinstance(inner, inspect.DictType):
            return _read_map(value, inner, path, problems)
        raise SerializationException("Start of structure or map found where not expected.")
    read = _read_scalar(msgspec.json.decode(value), inner, extra.get("type", LONG))
    problems += _texts(path, _broken_constraints(read, type_))
    return read


def _read_struct(value: bytes, type_: inspect.StructType, path: str, problems: list[str]) -> dict[str, Any]:
    types = {field.encode_name: field.type for field in type_.fields}
    if len(value) <= MAX_WHOLE_BYTES:
        given = msgspec.json.decode(value, type=dict[str, Raw])
    else:
        known = msgspec.json.decode(value, type=_raw_members(tuple(types)))
        given = dict(zip(types, msgspec.structs.astuple(known), strict=True))
    members: dict[str, Any] = {}
    broken: dict[str, list[str]] = {name: [] for name in types}
    for name, raw in given.items():
        if name in types and bytes(raw) not in (b"", b"null"):
            members[name] = _read_value(bytes(raw), types[name], f"{path}.{name}" if path else name, broken[name])
    for field in type_.fields:  # problems come in the order of the model
        name = field.encode_name
        problems += broken[name]
        if field.required and name not in members:
            member = f"{path}.{name}" if path else name
            problems.append(f"Value null at '{member}' failed to satisfy constraint: Member must not be null")
    return members


def _read_list(value: bytes, type_: inspect.ListType, path: str, problems: list[str]) -> list[Any]:
    """Read a list up to one element more than its maximum.

    Structures are checked one by one; all other elements together make at most one problem.
    """
    limit = MAX_UNLIMITED_LENGTH if type_.max_length is None else type_.max_length
    head = msgspec.structs.astuple(msgspec.json.decode(value, type=_raw_elements(limit + 2)))
    elements = list(takewhile(bool, map(bytes, head)))
    given = [element for element in elements[: limit + 1] if element != b"null"]
    if len(elements) > limit + 1 and len(given) <= limit:
        raise SerializationException  # nulls among too many elements; AWS would count without them
    broken: list[str] = []
    read = [
        _read_value(element, type_.item_type, f"{path}.{number}.member", broken)
        for number, element in enumerate(given, start=1)
    ]
    problems += _texts(path, _length_problems(len(read), type_.min_length, type_.max_length))
    if isinstance(_strip_optional(type_.item_type)[0], inspect.StructType):
        problems += broken
    elif broken:
        problems += _texts(path, [f"Member must satisfy constraint: {_all_constraints(type_.item_type)}"])
    return read


def _read_map(value: bytes, type_: inspect.DictType, path: str, problems: list[str]) -> dict[str, Any]:
    if len(value) > MAX_WHOLE_BYTES:
        raise SerializationException  # AWS would name the number of entries
    broken: list[str] = []
    read = {
        key: _read_value(bytes(raw), type_.value_type, path, broken)
        for key, raw in msgspec.json.decode(value, type=dict[str, Raw]).items()
        if bytes(raw) != b"null"
    }
    problems += _texts(path, _length_problems(len(read), type_.min_length, type_.max_length))
    if any(_broken_constraints(key, type_.key_type) for key in read):
        problems += _texts(path, [f"Map keys must satisfy constraint: {_all_constraints(type_.key_type)}"])
    if broken:
        problems += _texts(path, [f"Map value must satisfy constraint: {_all_constraints(type_.value_type)}"])
    return read


@cache
def _raw_members(names: tuple[str, ...]) -> type[msgspec.Struct]:
    """A struct that takes some members of an object as they are; all others are skipped."""
    fields = [(f"member_{number}", Raw, Raw()) for number in range(len(names))]
    renamed = {f"member_{number}": name for number, name in enumerate(names)}
    return msgspec.defstruct("RawMembers", fields, rename=renamed)


@cache
def _raw_elements(count: int) -> type[msgspec.Struct]:
    """A struct that takes the first elements of a list as they are; all others are skipped."""
    return msgspec.defstruct(
        "RawElements", [(f"element_{number}", Raw, Raw()) for number in range(count)], array_like=True
    )


def _read_scalar(value: Any, type_: inspect.Type, number: str) -> Any:
    match type_:
        case inspect.ListType():
            raise SerializationException("Expected list or null")
        case inspect.DictType():
            raise SerializationException("Expected map or null")
        case inspect.StructType():
            raise SerializationException("Expected null")
        case inspect.BoolType() if isinstance(value, bool):
            return value
        case inspect.BoolType():
            wanted = "a Boolean"
        case inspect.StrType() | inspect.EnumType() if isinstance(value, str):
            return value
        case inspect.StrType() | inspect.EnumType():
            wanted = "a String"
        case _ if isinstance(value, int | float) and not isinstance(value, bool):
            minimum, maximum = INTEGER_RANGES[number]
            if not minimum <= value <= maximum:
                raise SerializationException
            return min(int(value), maximum)  # as a float, the maximum of 64 bits is one more
        case _:
            wanted = "an Integer" if number == INTEGER else "a Long"
    if isinstance(value, bool):
        token = "TRUE_VALUE" if value else "FALSE_VALUE"
    else:
        token = "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"
    raise SerializationException(f"{token} can not be converted to {wanted}")


# ---- constraints ---------------------------------------------------------------------------------------------------


def _strip_optional(type_: inspect.Type) -> tuple[inspect.Type, dict[str, str]]:
    """A member's type without "or null", and its `extra` from `shapes`."""
    if isinstance(type_, inspect.UnionType):
        type_ = next(each for each in type_.types if not isinstance(each, inspect.NoneType))
    if isinstance(type_, inspect.Metadata):
        return type_.type, type_.extra or {}
    return type_, {}


def _texts(path: str, constraints: Iterable[str]) -> list[str]:
    return [f"Value at '{path}' failed to satisfy constraint: {constraint}" for constraint in constraints]


def _broken_constraints(value: Any, type_: inspect.Type) -> list[str]:
    """The constraints that a scalar breaks, without those of `_check_own_constraints`; a pattern comes first."""
    inner, extra = _strip_optional(type_)
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
    type_, extra = _strip_optional(type_)
    assert isinstance(type_, inspect.StrType)
    constraints = []
    if type_.max_length is not None:
        constraints.append(f"Member must have length less than or equal to {type_.max_length}")
    constraints.append(f"Member must have length greater than or equal to {type_.min_length or 0}")
    if "pattern" in extra:
        constraints.append(f"Member must satisfy regular expression pattern: {extra['pattern']}")
    return f"[{', '.join(constraints)}]"
