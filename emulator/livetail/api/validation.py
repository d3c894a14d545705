"""Checks the constraints of AWS's model, and names all that are broken in one error, as the service's framework does.

Texts: observed in responses of AWS. Since 2026 the value is no longer part of a constraint's text (moto #10104).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec
from msgspec import inspect

from livetail.api.lenient import read_members, strip_optional
from livetail.core.errors import InvalidParameterException, ServiceError, ValidationException

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
    _raise_problems(given, inspect.type_info(request_type))
    return msgspec.convert(given, request_type)


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
    type_, extra = strip_optional(type_)
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
        case inspect.StrType() if "not_matching" in extra and not re.search(type_.pattern or "", value):
            yield _Problem(extra["not_matching"], None, ValidationException)
        case inspect.StrType() if "too_long" in extra:
            for constraint in _text_problems(value, type_, extra):
                yield _problem(path, constraint)
            if type_.max_length is not None and len(value) > type_.max_length:
                yield _Problem(extra["too_long"], None)
        case _:
            for constraint in _broken(value, type_, extra):
                yield _problem(path, constraint)


def _element_problems(elements: list[Any], type_: inspect.Type, path: str) -> Iterator[_Problem]:
    """Structures are checked one by one; for other elements there is one problem, whichever are wrong."""
    if isinstance(strip_optional(type_)[0], inspect.StructType):
        for number, element in enumerate(elements, start=1):
            yield from _problems(element, type_, f"{path}.{number}.member")
    elif any(_broken(element, type_) for element in elements):
        yield _problem(path, f"Member must satisfy constraint: {_all_constraints(type_)}")


def _broken(value: Any, type_: inspect.Type, extra: dict[str, str] | None = None) -> list[str]:
    """The constraints that a scalar breaks."""
    if extra is None:
        type_, extra = strip_optional(type_)
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
    type_, extra = strip_optional(type_)
    assert isinstance(type_, inspect.StrType)
    constraints = []
    if type_.max_length is not None:
        constraints.append(f"Member must have length less than or equal to {type_.max_length}")
    constraints.append(f"Member must have length greater than or equal to {type_.min_length or 0}")
    if "pattern" in extra:
        constraints.append(f"Member must satisfy regular expression pattern: {extra['pattern']}")
    return f"[{', '.join(constraints)}]"
