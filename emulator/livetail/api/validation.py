"""What becomes of a request that is not decoded at once: it is cleaned and taken after all, or its faults are named.

The service's framework works in two steps, and so does this. First it reads the JSON against the types of the model; a
member of the wrong type ends that with a SerializationException, in words that name the JSON token. It is lenient
there: null is absent, a null element is dropped, unknown members are ignored, a fraction where an integer belongs loses
what is behind the point. Then it collects whatever breaks a constraint, and answers with all of it in one
InvalidParameterException.

Texts: seen in answers of AWS, the type faults on another service of the same framework in 2026. Since 2026 the value is
no longer part of a constraint's text (moto #10104).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, NoReturn, TypeVar

import msgspec
from msgspec import inspect

from livetail.api.constraints import INTEGER, INTEGER_RANGES, LONG
from livetail.core.errors import InvalidParameterException, SerializationException
from livetail.core.unicode import well_formed

__all__ = ["MAX_PROBLEMS", "read_leniently"]

MAX_PROBLEMS = 10
"""How many faults are named at most. The framework stops there in DynamoDB; for this service it is assumed."""

_LIST_MISPLACED = "Start of list found where not expected"
_OBJECT_MISPLACED = "Start of structure or map found where not expected."

RequestType = TypeVar("RequestType", bound=msgspec.Struct)


def read_leniently(body: bytes, request_type: type[RequestType]) -> RequestType:
    """Read a request body that msgspec alone has not taken.

    Raises:
        SerializationException: the body is not JSON, or a member is of a wrong type.
        InvalidParameterException: constraints are broken; the text names them all, up to MAX_PROBLEMS.
    """
    schema = inspect.type_info(request_type)
    document = _parsed(body)
    if not isinstance(document, dict | list):
        raise SerializationException
    cleaned = _cleaned(document, schema)
    faults = list(_faults(cleaned, schema, ""))
    wordings = list(islice((fault.wording for fault in faults if fault.wording), MAX_PROBLEMS))
    if wordings:
        plural = "" if len(wordings) == 1 else "s"
        raise InvalidParameterException(f"{len(wordings)} validation error{plural} detected: {'; '.join(wordings)}")
    for fault in faults:
        raise InvalidParameterException(fault.constraint)
    return msgspec.convert(cleaned, request_type)


# ---- types ---------------------------------------------------------------------------------------------------------


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise SerializationException from None


def _refuse(constant: str) -> NoReturn:
    """NaN and Infinity are not JSON, though Python reads them."""
    raise ValueError(constant)


def _essence(type_: inspect.Type) -> tuple[inspect.Type, dict[str, str]]:
    """A member's type without the "or null" around it, and what `constraints` has noted on it."""
    if isinstance(type_, inspect.UnionType):
        type_ = next(each for each in type_.types if not isinstance(each, inspect.NoneType))
    if isinstance(type_, inspect.Metadata):
        return type_.type, type_.extra or {}
    return type_, {}


def _cleaned(value: Any, type_: inspect.Type) -> Any:
    """A JSON value (not null) as what the model wants in its place."""
    type_, extra = _essence(type_)
    if isinstance(value, list):
        if not isinstance(type_, inspect.ListType):
            raise SerializationException(_LIST_MISPLACED)
        return [_cleaned(item, type_.item_type) for item in value if item is not None]
    if isinstance(value, dict):
        if isinstance(type_, inspect.StructType):
            types = {field.encode_name: field.type for field in type_.fields}
            return {key: _cleaned(item, types[key]) for key, item in value.items() if item is not None and key in types}
        if isinstance(type_, inspect.DictType):
            entries = ((well_formed(key), item) for key, item in value.items() if item is not None)
            return {key: _cleaned(item, type_.value_type) for key, item in entries}
        raise SerializationException(_OBJECT_MISPLACED)
    return _cleaned_scalar(value, type_, extra.get("type", LONG))


def _cleaned_scalar(value: str | float | bool, type_: inspect.Type, number: str) -> Any:
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
            return well_formed(value)
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
    least, most = INTEGER_RANGES[number]
    if not least <= value <= most:
        raise SerializationException
    return min(int(value), most)


# ---- constraints ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fault:
    """A broken constraint: of the framework, or one that the service itself checks later and words in its own way."""

    constraint: str
    wording: str | None


def _fault(path: str, constraint: str, value: str = "") -> _Fault:
    return _Fault(constraint, f"Value{value} at '{path}' failed to satisfy constraint: {constraint}")


def _faults(value: Any, type_: inspect.Type, path: str) -> Iterator[_Fault]:
    """What is wrong with a cleaned value, member by member in the order of the model."""
    type_, extra = _essence(type_)
    match type_:
        case inspect.StructType():
            for field in type_.fields:
                member = f"{path}.{field.encode_name}" if path else field.encode_name
                if field.encode_name in value:
                    yield from _faults(value[field.encode_name], field.type, member)
                elif field.required:
                    yield _fault(member, "Member must not be null", " null")
        case inspect.ListType():
            for constraint in _length_faults(len(value), type_.min_length, type_.max_length):
                yield _fault(path, constraint)
            yield from _element_faults(value, type_.item_type, path)
        case inspect.DictType():
            for constraint in _length_faults(len(value), type_.min_length, type_.max_length):
                yield _fault(path, constraint)
            for part, members, member_type in (
                ("Map keys", value.keys(), type_.key_type),
                ("Map value", value.values(), type_.value_type),
            ):
                if any(_broken(each, member_type) for each in members):
                    yield _fault(path, f"{part} must satisfy constraint: {_all_constraints(member_type)}")
        case inspect.StrType() if "too long" in extra:
            for constraint in _text_faults(value, type_, extra):
                yield _fault(path, constraint)
            if type_.max_length is not None and len(value) > type_.max_length:
                yield _Fault(extra["too long"], None)
        case _:
            for constraint in _broken(value, type_, extra):
                yield _fault(path, constraint)


def _element_faults(elements: list[Any], type_: inspect.Type, path: str) -> Iterator[_Fault]:
    """Structures are gone into one by one; of other elements it is only said that there are bad ones."""
    if isinstance(_essence(type_)[0], inspect.StructType):
        for number, element in enumerate(elements, start=1):
            yield from _faults(element, type_, f"{path}.{number}.member")
    elif any(_broken(element, type_) for element in elements):
        yield _fault(path, f"Member must satisfy constraint: {_all_constraints(type_)}")


def _broken(value: Any, type_: inspect.Type, extra: dict[str, str] | None = None) -> list[str]:
    """The constraints that a scalar breaks."""
    if extra is None:
        type_, extra = _essence(type_)
    match type_:
        case inspect.StrType():
            return _text_faults(value, type_, extra) + _length_faults(len(value), None, type_.max_length)
        case inspect.EnumType(cls=choices):
            names = [str(choice.value) for choice in choices]
            return [] if value in names else [f"Member must satisfy enum value set: [{', '.join(names)}]"]
        case inspect.IntType(ge=least, le=most):
            if most is not None and value > most:
                return [f"Member must have value less than or equal to {most}"]
            if least is not None and value < least:
                return [f"Member must have value greater than or equal to {least}"]
    return []


def _text_faults(value: str, type_: inspect.StrType, extra: dict[str, str]) -> list[str]:
    """The pattern and the least length; a pattern comes before a length."""
    faults = []
    if type_.pattern is not None and not re.search(type_.pattern, value):
        faults.append(f"Member must satisfy regular expression pattern: {extra['pattern']}")
    return faults + _length_faults(len(value), type_.min_length, None)


def _length_faults(length: int, least: int | None, most: int | None) -> list[str]:
    if most is not None and length > most:
        return [f"Member must have length less than or equal to {most}"]
    if least is not None and length < least:
        return [f"Member must have length greater than or equal to {least}"]
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
