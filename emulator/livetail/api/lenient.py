"""Reads the JSON of a request as leniently as AWS's front end does, and refuses what is of a wrong type.

Null is absent, a null element is dropped, unknown members are ignored, a fraction in place of an integer loses its
decimals. A member of the wrong type is a SerializationException that names the JSON token, whatever else is
wrong. Observed on another service of the same framework in 2026.

Values that have no effect are not decoded: msgspec skips unknown members, and a list that is too long is read up to one
element more than its maximum. So even five million empty objects cost no more than their bytes.
"""

import re
from functools import cache
from itertools import takewhile
from typing import Any, Final

import msgspec
from msgspec import Raw, inspect

from livetail.api.shapes import INTEGER, INTEGER_RANGES, LONG
from livetail.core.errors import SerializationException

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


def read_members(body: bytes, schema: inspect.Type) -> dict[str, Any]:
    """The members of a request by AWS's names, of the types of the model; their constraints are not checked.

    Raises:
        SerializationException: the body is not JSON, or a member is of a wrong type.
    """
    try:
        body.decode()
        document = bytes(msgspec.json.decode(_without_surrogate_halves(body), type=Raw))
        if not document.startswith((b"{", b"[")):
            raise SerializationException
        members: dict[str, Any] = _read_value(document, schema)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        raise SerializationException from None
    return members


def _without_surrogate_halves(body: bytes) -> bytes:
    """JSON with U+FFFD for each escape of half a surrogate pair, which msgspec refuses (see `core.unicode`)."""
    if len(body) > MAX_REPAIRED_BYTES or (b"\\ud" not in body and b"\\uD" not in body):
        return body
    return _ESCAPE.sub(lambda escape: rb"\ufffd" if len(escape[0]) == _HALF_LENGTH else escape[0], body)


def strip_optional(type_: inspect.Type) -> tuple[inspect.Type, dict[str, str]]:
    """A member's type without "or null", and its `extra` from `shapes`."""
    if isinstance(type_, inspect.UnionType):
        type_ = next(each for each in type_.types if not isinstance(each, inspect.NoneType))
    if isinstance(type_, inspect.Metadata):
        return type_.type, type_.extra or {}
    return type_, {}


def _read_value(value: bytes, type_: inspect.Type) -> Any:
    """Read the JSON of a value (not null) as a type of the model."""
    type_, extra = strip_optional(type_)
    if value.startswith(b"["):
        if not isinstance(type_, inspect.ListType):
            raise SerializationException("Start of list found where not expected")
        return _read_list(value, type_)
    if value.startswith(b"{"):
        if isinstance(type_, inspect.StructType):
            return _read_struct(value, type_)
        if isinstance(type_, inspect.DictType):
            return _read_map(value, type_)
        raise SerializationException("Start of structure or map found where not expected.")
    return _read_scalar(msgspec.json.decode(value), type_, extra.get("type", LONG))


def _read_struct(value: bytes, type_: inspect.StructType) -> dict[str, Any]:
    types = {field.encode_name: field.type for field in type_.fields}
    if len(value) <= MAX_WHOLE_BYTES:
        members = msgspec.json.decode(value, type=dict[str, Raw])
    else:
        known = msgspec.json.decode(value, type=_raw_members(tuple(types)))
        members = dict(zip(types, msgspec.structs.astuple(known), strict=True))
    given = ((name, bytes(raw)) for name, raw in members.items() if name in types)
    return {name: _read_value(raw, types[name]) for name, raw in given if raw not in (b"", b"null")}


def _read_list(value: bytes, type_: inspect.ListType) -> list[Any]:
    """Read a list up to one element more than its maximum."""
    limit = MAX_UNLIMITED_LENGTH if type_.max_length is None else type_.max_length
    head = msgspec.structs.astuple(msgspec.json.decode(value, type=_raw_elements(limit + 2)))
    elements = list(takewhile(bool, map(bytes, head)))
    read = [_read_value(element, type_.item_type) for element in elements[: limit + 1] if element != b"null"]
    if len(elements) > limit + 1 and len(read) <= limit:
        raise SerializationException  # nulls among too many elements; AWS would count without them
    return read


def _read_map(value: bytes, type_: inspect.DictType) -> dict[str, Any]:
    if len(value) > MAX_WHOLE_BYTES:
        raise SerializationException  # AWS would name the number of entries
    entries = ((key, bytes(raw)) for key, raw in msgspec.json.decode(value, type=dict[str, Raw]).items())
    return {key: _read_value(raw, type_.value_type) for key, raw in entries if raw != b"null"}


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
