"""Reading requests: only the service's own errors are raised, and the fast decoder agrees with the exact one."""

import json
import string
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from livetail.api.lenient import read_leniently
from livetail.api.service import OPERATIONS
from livetail.api.shapes import FilterLogEventsRequest
from livetail.core.errors import ServiceError
from livetail.core.unicode import well_formed
from tests.unit.api.client import Client

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)
MEMBERS = sorted(
    {
        field.encode_name
        for function in OPERATIONS.values()
        for field in msgspec.structs.fields(function.__annotations__["request"])
    }
)
good_words = st.text(string.ascii_letters + "/-_.", min_size=1, max_size=6)
words = st.text(string.ascii_letters + "/-_.#:*é ", max_size=6)
odd_words = words | st.sampled_from(["x" * 12, "1" * 12, "a" * 513, "b" * 1025, "c" * 2049])
odd_numbers = st.sampled_from([-1, 51, 10_000, 10_001, 2**31, 2**63 - 1, 2**63, 1.5, 1e300])


def sometimes(usual: st.SearchStrategy[Any], rare: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 14).flatmap(lambda draw: rare if draw == 0 else usual)


def values(type_: inspect.Type) -> st.SearchStrategy[Any]:
    """Values of a member: mostly valid or nearly so, sometimes null or of another type."""
    if isinstance(type_, inspect.UnionType):
        type_ = next(each for each in type_.types if not isinstance(each, inspect.NoneType))
    if isinstance(type_, inspect.Metadata):
        type_ = type_.type
    usual: st.SearchStrategy[Any]
    match type_:
        case inspect.StructType():
            usual = structures(type_)
        case inspect.ListType(item_type=item):
            usual = sometimes(st.lists(values(item), min_size=1, max_size=3), st.just([]))
        case inspect.DictType(value_type=value):
            usual = st.dictionaries(sometimes(good_words, words), values(value), min_size=1, max_size=3)
        case inspect.EnumType(cls=cls):
            usual = sometimes(st.sampled_from([str(each.value) for each in cls]), words)
        case inspect.BoolType():
            usual = st.booleans()
        case inspect.IntType():
            usual = sometimes(st.integers(0, 50), odd_numbers)
        case _:
            usual = sometimes(good_words, odd_words)
    return sometimes(usual, st.none() | documents)


def structures(type_: inspect.StructType) -> st.SearchStrategy[dict[str, Any]]:
    required = {field.encode_name: values(field.type) for field in type_.fields if field.required}
    optional = {field.encode_name: values(field.type) for field in type_.fields if not field.required}
    return st.fixed_dictionaries(required, optional=optional)


@pytest.mark.parametrize("name", OPERATIONS)
@given(data=st.data())
@settings(max_examples=10)
def test_the_two_ways_agree(name: str, data: st.DataObject) -> None:
    request_type = OPERATIONS[name].__annotations__["request"]
    schema = inspect.type_info(request_type)
    assert isinstance(schema, inspect.StructType)
    body = json.dumps(data.draw(structures(schema)), ensure_ascii=data.draw(st.booleans())).encode()
    try:
        fast: msgspec.Struct | None = msgspec.json.decode(body, type=request_type)
    except msgspec.MsgspecError:
        fast = None
    try:
        exact: msgspec.Struct | None = read_leniently(body, request_type)
    except ServiceError:
        exact = None
    if fast is not None:
        assert exact == fast


@pytest.mark.parametrize("name", OPERATIONS)
@given(document=st.dictionaries(st.sampled_from(MEMBERS) | st.text(max_size=5), documents, max_size=5) | documents)
@settings(max_examples=8)
def test_any_json_is_served_or_refused(name: str, document: object) -> None:
    response_or_refuse(name, json.dumps(document).encode())


@pytest.mark.parametrize("name", ["PutLogEvents", "DescribeLogGroups"])
@given(body=st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
@settings(max_examples=30)
def test_any_bytes_are_served_or_refused(name: str, body: bytes) -> None:
    response_or_refuse(name, body)


def response_or_refuse(name: str, body: bytes) -> None:
    client = Client()
    client.create("/a", "s")
    try:
        client.service.handle(name, body, client.caller)
    except ServiceError as error:
        assert error.status == 400
        assert error.message is None or error.message


@given(st.lists(st.sampled_from([r"\\", r"\ud83d", r"\uDE40", "ud83d", "a", r"\n", "\\"]), max_size=12))
def test_halves_of_surrogate_pairs_are_read_as_everywhere(parts: list[str]) -> None:
    """As `well_formed` returns them, wherever there are backslashes and halves of pairs."""
    text = f'"{"".join(parts)}"'
    try:
        wanted = well_formed(json.loads(text))
    except ValueError:
        return
    body = f'{{"logGroupName": "/a", "filterPattern": {text}}}'.encode()
    read = read_leniently(body, FilterLogEventsRequest)
    assert read.filter_pattern == wanted
