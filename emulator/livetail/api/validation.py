"""What becomes of a request that is not decoded at once: it is read leniently, or its problems are named.

The service's framework works in two steps, and so does this. First it reads the JSON against the types of the model; a
member of the wrong type ends that with a SerializationException, in words that name the JSON token. It is lenient
there: null is absent, a null element is dropped, unknown members are ignored, a fraction where an integer belongs loses
what is behind the point. Then it collects whatever breaks a constraint, and names all of it in one
InvalidParameterException.

Nothing is made of what cannot matter: msgspec skips unknown members, and of a list or map that is longer than the model
allows, only as many elements are read as it takes to say so. So a request of five million empty objects costs no more
than the bytes that it has.

Texts: seen in responses of AWS, those about types on another service of the same framework in 2026. Since 2026 the
value is no longer part of a constraint's text (moto #10104).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Raw, inspect

from livetail.api.constraints import INTEGER, INTEGER_RANGES, LONG
from livetail.core.errors import InvalidParameterException, SerializationException, ServiceError, ValidationException

__all__ = ["MAX_PROBLEMS", "read_leniently", "request_from"]

MAX_PROBLEMS: Final = 10
"""How many problems are named at most (observed: fluent-plugin-cloudwatch-logs#140)."""

MAX_UNLIMITED_LENGTH: Final = 1_000
"""Elements that are read of a list whose length the model does not limit."""

MAX_ORDERED_BYTES: Final = 65_536
"""An object up to this size is read in its own order, so that the first wrong type in it is the one that is named; a
larger one in that of the model, so that its unknown members cost nothing."""

_LIST_MISPLACED: Final = "Start of list found where not expected"
_OBJECT_MISPLACED: Final = "Start of structure or map found where not expected."

RequestType = TypeVar("RequestType", bound=msgspec.Struct)


def read_leniently(body: bytes, request_type: type[RequestType]) -> RequestType:
    """Read a request body that msgspec alone has not taken.

    Raises:
        SerializationException: the body is not JSON, or a member is of a wrong type.
        InvalidParameterException: constraints are broken; the text names them all, up to MAX_PROBLEMS.
    """
    schema = inspect.type_info(request_type)
    try:
        body.decode()
        document = bytes(msgspec.json.decode(_without_surrogate_halves(body), type=Raw))
        if not document.startswith((b"{", b"[")):
            raise SerializationException
        cleaned = _cleaned(document, schema)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        raise SerializationException from None
    _raise_problems(cleaned, schema)
    return msgspec.convert(cleaned, request_type)


def request_from(members: Mapping[str, Any], request_type: type[RequestType]) -> RequestType:
    """A request of members by AWS's names, for code that has no JSON to decode; None is absent.

    Raises:
        InvalidParameterException: constraints are broken; the text names them all, up to MAX_PROBLEMS.
    """
    given = {name: value for name, value in members.items() if value is not None}
    _raise_problems(given, inspect.type_info(request_type))
    return msgspec.convert(given, request_type)


# ---- types ---------------------------------------------------------------------------------------------------------

_SURROGATES: Final = re.compile(
    rb"(?:\\\\)+|\\u[dD][89abAB][0-9a-fA-F]{2}(?P<low>\\u[dD][c-fC-F][0-9a-fA-F]{2})?"
    rb"|(?P<half>\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)


def _without_surrogate_halves(body: bytes) -> bytes:
    """JSON with U+FFFD for each escape of half a surrogate pair, which msgspec refuses (see `core.unicode`)."""
    if b"\\ud" not in body and b"\\uD" not in body:
        return body

    def replace(found: re.Match[bytes]) -> bytes:
        is_kept = found[0].startswith(b"\\\\") or found["low"]
        return found[0] if is_kept else b"\\ufffd"

    return _SURROGATES.sub(replace, body)


def _essence(type_: inspect.Type) -> tuple[inspect.Type, dict[str, str]]:
    """A member's type without the "or null" around it, and what `constraints` has noted on it."""
    if isinstance(type_, inspect.UnionType):
        type_ = next(each for each in type_.types if not isinstance(each, inspect.NoneType))
    if isinstance(type_, inspect.Metadata):
        return type_.type, type_.extra or {}
    return type_, {}


def _cleaned(value: bytes, type_: inspect.Type) -> Any:
    """The JSON of a value (not null) as what the model wants in its place."""
    type_, extra = _essence(type_)
    if value.startswith(b"["):
        if not isinstance(type_, inspect.ListType):
            raise SerializationException(_LIST_MISPLACED)
        return _cleaned_list(value, type_)
    if value.startswith(b"{"):
        if isinstance(type_, inspect.StructType):
            return _cleaned_struct(value, type_)
        if isinstance(type_, inspect.DictType):
            return _cleaned_map(value.decode(), type_)
        raise SerializationException(_OBJECT_MISPLACED)
    return _cleaned_scalar(msgspec.json.decode(value), type_, extra.get("type", LONG))


def _cleaned_struct(value: bytes, type_: inspect.StructType) -> dict[str, Any]:
    types = {field.encode_name: field.type for field in type_.fields}
    members: Iterable[tuple[str, Raw]]
    if len(value) <= MAX_ORDERED_BYTES:
        members = msgspec.json.decode(value, type=dict[str, Raw]).items()
    else:
        known = msgspec.json.decode(value, type=_raw_members(tuple(types)))
        members = zip(types, msgspec.structs.astuple(known), strict=True)
    given = ((name, bytes(raw)) for name, raw in members if name in types)
    return {name: _cleaned(raw, types[name]) for name, raw in given if raw not in (b"", b"null")}


def _cleaned_list(value: bytes, type_: inspect.ListType) -> list[Any]:
    """At most one element more than the model allows."""
    limit = MAX_UNLIMITED_LENGTH if type_.max_length is None else type_.max_length
    head = msgspec.structs.astuple(msgspec.json.decode(value, type=_raw_elements(limit + 2)))
    elements = list(takewhile(bool, map(bytes, head)))
    cleaned = [_cleaned(element, type_.item_type) for element in elements[: limit + 1] if element != b"null"]
    if len(elements) > limit + 1 >= len(cleaned) + 1:
        raise SerializationException  # nulls among too many elements; AWS would count without them
    return cleaned


def _cleaned_map(text: str, type_: inspect.DictType) -> dict[str, Any]:
    """At most one entry more than the model allows; all values of the model's maps are scalars."""
    limit = MAX_UNLIMITED_LENGTH if type_.max_length is None else type_.max_length
    cleaned: dict[str, Any] = {}
    for number, (key, value) in enumerate(_entries(text)):
        if number > 2 * limit:
            raise SerializationException  # one key again and again
        if value is not None:
            cleaned[key] = _cleaned_scalar(value, _essence(type_.value_type)[0], LONG)
        if len(cleaned) > limit:
            break
    return cleaned


def _entries(text: str) -> Iterator[tuple[str, Any]]:
    """The entries of a JSON object whose syntax has been checked, read one by one."""
    skip = re.compile(r"[ \t\n\r]*").match
    scan = json.JSONDecoder().scan_once  # type: ignore[attr-defined]

    def after_blanks(position: int) -> int:
        found = skip(text, position)
        assert found is not None
        return found.end()

    position = after_blanks(1)
    while text[position] == '"':
        key, position = scanstring(text, position + 1)
        position = after_blanks(after_blanks(position) + 1)
        if text[position] in "[{":
            raise SerializationException(_LIST_MISPLACED if text[position] == "[" else _OBJECT_MISPLACED)
        value, position = scan(text, position)
        yield key, value
        position = after_blanks(position)
        if text[position] == ",":
            position = after_blanks(position + 1)


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


def _cleaned_scalar(value: Any, type_: inspect.Type, number: str) -> Any:
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
            return _whole(value, number)
        case _:
            wanted = "an Integer" if number == INTEGER else "a Long"
    raise SerializationException(f"{_token(value)} can not be converted to {wanted}")


def _token(value: str | float | bool) -> str:
    """The name of a JSON token as the framework's parser has it."""
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    return "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"


def _whole(value: float, number: str) -> int:
    minimum, maximum = INTEGER_RANGES[number]
    if not minimum <= value <= maximum:
        raise SerializationException
    return min(int(value), maximum)


# ---- constraints ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Problem:
    """A broken constraint: of the framework, or one that the service itself checks later and words in its own way."""

    constraint: str
    text: str | None
    error: type[ServiceError] = InvalidParameterException


def _raise_problems(value: Mapping[str, Any], schema: inspect.Type) -> None:
    later: _Problem | None = None
    texts: list[str] = []
    for problem in _problems(value, schema, ""):
        if problem.text is not None:
            texts.append(problem.text)
        elif later is None:
            later = problem
        if len(texts) == MAX_PROBLEMS:
            break
    if texts:
        plural = "" if len(texts) == 1 else "s"
        raise InvalidParameterException(f"{len(texts)} validation error{plural} detected: {'; '.join(texts)}")
    if later is not None:
        raise later.error(later.constraint)


def _problem(path: str, constraint: str, value: str = "") -> _Problem:
    return _Problem(constraint, f"Value{value} at '{path}' failed to satisfy constraint: {constraint}")


def _problems(value: Any, type_: inspect.Type, path: str) -> Iterator[_Problem]:
    """What is wrong with a cleaned value, member by member in the order of the model."""
    type_, extra = _essence(type_)
    match type_:
        case inspect.StructType():
            for field in type_.fields:
                member = f"{path}.{field.encode_name}" if path else field.encode_name
                if field.encode_name in value:
                    yield from _problems(value[field.encode_name], field.type, member)
                elif field.required:
                    yield _problem(member, "Member must not be null", " null")
        case inspect.ListType():
            for constraint in _length_problems(len(value), type_.min_length, type_.max_length):
                yield _problem(path, constraint)
            yield from _element_problems(value, type_.item_type, path)
        case inspect.DictType():
            for constraint in _length_problems(len(value), type_.min_length, type_.max_length):
                yield _problem(path, constraint)
            for part, members, member_type in (
                ("Map keys", value.keys(), type_.key_type),
                ("Map value", value.values(), type_.value_type),
            ):
                if any(_broken(each, member_type) for each in members):
                    yield _problem(path, f"{part} must satisfy constraint: {_all_constraints(member_type)}")
        case inspect.StrType() if "not matching" in extra and not re.search(type_.pattern or "", value):
            yield _Problem(extra["not matching"], None, ValidationException)
        case inspect.StrType() if "too long" in extra:
            for constraint in _text_problems(value, type_, extra):
                yield _problem(path, constraint)
            if type_.max_length is not None and len(value) > type_.max_length:
                yield _Problem(extra["too long"], None)
        case _:
            for constraint in _broken(value, type_, extra):
                yield _problem(path, constraint)


def _element_problems(elements: list[Any], type_: inspect.Type, path: str) -> Iterator[_Problem]:
    """Structures are gone into one by one; of other elements it is only said that there are bad ones."""
    if isinstance(_essence(type_)[0], inspect.StructType):
        for number, element in enumerate(elements, start=1):
            yield from _problems(element, type_, f"{path}.{number}.member")
    elif any(_broken(element, type_) for element in elements):
        yield _problem(path, f"Member must satisfy constraint: {_all_constraints(type_)}")


def _broken(value: Any, type_: inspect.Type, extra: dict[str, str] | None = None) -> list[str]:
    """The constraints that a scalar breaks."""
    if extra is None:
        type_, extra = _essence(type_)
    match type_:
        case inspect.StrType():
            return _text_problems(value, type_, extra) + _length_problems(len(value), None, type_.max_length)
        case inspect.EnumType(cls=choices):
            names = [str(choice.value) for choice in choices]
            return [] if value in names else [f"Member must satisfy enum value set: [{', '.join(names)}]"]
        case inspect.IntType(ge=minimum, le=maximum):
            if maximum is not None and value > maximum:
                return [f"Member must have value less than or equal to {maximum}"]
            if minimum is not None and value < minimum:
                return [f"Member must have value greater than or equal to {minimum}"]
    return []


def _text_problems(value: str, type_: inspect.StrType, extra: dict[str, str]) -> list[str]:
    """The pattern and the minimum length; a pattern comes before a length."""
    problems = []
    if type_.pattern is not None and not re.search(type_.pattern, value):
        problems.append(f"Member must satisfy regular expression pattern: {extra['pattern']}")
    return problems + _length_problems(len(value), type_.min_length, None)


def _length_problems(length: int, minimum: int | None, maximum: int | None) -> list[str]:
    if maximum is not None and length > maximum:
        return [f"Member must have length less than or equal to {maximum}"]
    if minimum is not None and length < minimum:
        return [f"Member must have length greater than or equal to {minimum}"]
    return []


def _all_constraints(type_: inspect.Type) -> str:
    """Everything that an element must satisfy, as the framework lists it once one element does not."""
    type_, extra = _essence(type_)
    assert isinstance(type_, inspect.StrType)
    constraints = []
    if type_.max_length is not None:
        constraints.append(f"Member must have length less than or equal to {type_.max_length}")
    constraints.append(f"Member must have length greater than or equal to {type_.min_length or 0}")
    if "pattern" in extra:
        constraints.append(f"Member must satisfy regular expression pattern: {extra['pattern']}")
    return f"[{', '.join(constraints)}]"
