"""The structs of the requests against botocore's copy of AWS's model, member by member and both ways."""

import re
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape
from msgspec import inspect

from livetail.api.service import OPERATIONS
from livetail.api.shapes import INTEGER, INTEGER_RANGES, LONG

MODEL = ServiceModel(Loader().load_service_model("logs", "service-2"))
EMULATED = [
    "StartLiveTail",
    "CreateLogGroup",
    "DeleteLogGroup",
    "DescribeLogGroups",
    "ListLogGroups",
    "PutLogGroupDeletionProtection",
    "AssociateKmsKey",
    "DisassociateKmsKey",
    "CreateLogStream",
    "DeleteLogStream",
    "DescribeLogStreams",
    "PutLogEvents",
    "GetLogEvents",
    "FilterLogEvents",
    "TestMetricFilter",
    "PutRetentionPolicy",
    "DeleteRetentionPolicy",
    "TagResource",
    "UntagResource",
    "ListTagsForResource",
    "TagLogGroup",
    "UntagLogGroup",
    "ListTagsLogGroup",
]
NEWER_VALUES = {"LogGroupClass": ("ESSENTIALS",)}
"""Values that later versions of the model have (ESSENTIALS: botocore 1.44.8)."""

NUMBERS = {"integer": INTEGER, "long": LONG}


def test_every_operation_of_the_contract_is_in_the_table() -> None:
    assert list(OPERATIONS) == EMULATED


@pytest.mark.parametrize("name", EMULATED)
def test_request_has_the_members_and_constraints_of_the_model(name: str) -> None:
    shape = MODEL.operation_model(name).input_shape
    assert shape is not None
    described = describe(inspect.type_info(OPERATIONS[name].__annotations__["request"]))
    assert described == modeled(shape)
    # Errors name the members in the order of the model.
    assert list(described["members"]) == list(shape.members)


@pytest.mark.parametrize("name", EMULATED)
def test_response_has_a_body_where_the_model_has_an_output(name: str) -> None:
    has_output = MODEL.operation_model(name).output_shape is not None
    returned = OPERATIONS[name].__annotations__["return"]
    assert (returned is not None) == has_output


def modeled(shape: Shape) -> dict[str, Any]:
    """A shape of the model as plain data."""
    lengths = {"min": shape.metadata.get("min"), "max": shape.metadata.get("max")}
    match shape:
        case StructureShape():
            members = {name: modeled(member) for name, member in shape.members.items()}
            return {"type": "structure", "members": members, "required": sorted(shape.required_members)}
        case ListShape():
            return {"type": "list", "of": modeled(shape.member)} | lengths
        case MapShape():
            return {"type": "map", "keys": modeled(shape.key), "values": modeled(shape.value)} | lengths
        case StringShape() if shape.enum:
            newer = NEWER_VALUES.get(shape.name, ())
            return {"type": "enum", "values": [*shape.enum, *(value for value in newer if value not in shape.enum)]}
        case StringShape():
            return {"type": "string", "pattern": shape.metadata.get("pattern")} | lengths
    if shape.type_name == "boolean":
        return {"type": "boolean"}
    return {"type": NUMBERS[shape.type_name]} | lengths


def describe(type_: inspect.Type) -> dict[str, Any]:
    """A type of ours in the same form."""
    extra: dict[str, Any] = {}
    if isinstance(type_, inspect.UnionType):
        (type_,) = (each for each in type_.types if not isinstance(each, inspect.NoneType))
    if isinstance(type_, inspect.Metadata):
        extra, type_ = type_.extra or {}, type_.type
    match type_:
        case inspect.StructType(fields=fields):
            return {
                "type": "structure",
                "members": {field.encode_name: describe(field.type) for field in fields},
                "required": sorted(field.encode_name for field in fields if field.required),
            }
        case inspect.ListType(item_type=item):
            return {"type": "list", "of": describe(item)} | lengths(type_)
        case inspect.DictType(key_type=key, value_type=value):
            return {"type": "map", "keys": describe(key), "values": describe(value)} | lengths(type_)
        case inspect.EnumType(cls=cls):
            return {"type": "enum", "values": [each.value for each in cls]}
        case inspect.StrType(pattern=pattern):
            assert (pattern is None) == ("pattern" not in extra)
            return {"type": "string", "pattern": extra.get("pattern")} | lengths(type_)
        case inspect.BoolType():
            return {"type": "boolean"}
        case inspect.IntType(ge=least, le=most):
            kind = extra.get("type", LONG)
            lowest, highest = INTEGER_RANGES[kind]
            assert least is not None and most is not None
            return {
                "type": kind,
                "min": None if least == lowest else least,
                "max": None if most == highest else most,
            }
    raise AssertionError(f"a type that the model does not have: {type_}")


def lengths(type_: inspect.ListType | inspect.DictType | inspect.StrType) -> dict[str, int | None]:
    return {"min": type_.min_length, "max": type_.max_length}


def test_this_comparison_sees_a_difference() -> None:
    """A guard for the comparison itself: the model's numbers are really in it."""
    shape = MODEL.operation_model("PutLogEvents").input_shape
    assert shape is not None
    members = modeled(shape)["members"]
    assert members["logEvents"]["max"] == 10_000
    assert members["logEvents"]["of"]["members"]["timestamp"] == {"type": LONG, "min": 0, "max": None}
    assert re.fullmatch(members["logGroupName"]["pattern"], "/aws/lambda/x")
