"""Requests of other services: how they are recognized, and errors in the protocols that they speak."""

import json
from xml.etree import ElementTree

import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import ResponseParser, create_parser
from botocore.session import get_session

from livetail.wire.other_services import OtherRequest, not_emulated, recognize

SIGNED = "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"
FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


@pytest.mark.parametrize(
    ("query", "headers", "body", "service"),
    [
        ("", {"authorization": SIGNED.format("s3")}, b"", "s3"),
        ("", {"authorization": SIGNED.format("logs"), "x-amz-target": "DynamoDB_20120810.ListTables"}, b"", None),
        ("", {"x-amz-target": "DynamoDB_20120810.ListTables"}, b"", "DynamoDB_20120810"),
        ("", {"x-amz-target": "Logs_20140328.x"}, b"", None),
        ("", {"x-amz-target": "logs_20140328.StartLiveTail"}, b"", None),
        ("", {"x-amz-target": "ListTables"}, b"", None),
        ("", FORM, b"Action=GetCallerIdentity&Version=2011-06-15", "sts"),
        ("Action=ListQueues&Version=2012-11-05", {}, b"", "another service"),
        ("", FORM, b"a=b", None),
        ("", {}, b"Action=ListQueues", None),
        ("", {"authorization": SIGNED.format("<b>")}, b"", None),
        ("", {"authorization": SIGNED.format("x" * 41)}, b"", None),
    ],
)
def test_recognized_by_what_they_say(query: str, headers: dict[str, str], body: bytes, service: str | None) -> None:
    found = recognize(query, headers, body)
    assert (found and found.service) == service


CBOR = {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor"}
JSON_1_0 = {"x-amz-target": "A.B", "content-type": "application/x-amz-json-1.0"}


@pytest.mark.parametrize(
    ("protocol", "request_", "headers"),
    [
        ("smithy-rpc-v2-cbor", OtherRequest("monitoring"), CBOR),
        ("json", OtherRequest("dynamodb"), JSON_1_0),
        ("query", OtherRequest("sns", "B"), FORM),
        ("ec2", OtherRequest("ec2", "B"), FORM),
        ("rest-xml", OtherRequest("s3"), {}),
        ("rest-xml", OtherRequest("route53"), {}),
        ("rest-json", OtherRequest("lambda"), {}),
    ],
)
def test_botocore_reads_the_error_of_each_protocol(
    protocol: str, request_: OtherRequest, headers: dict[str, str]
) -> None:
    response = not_emulated(request_, headers, "the-request-id")
    fields = {name.decode(): value.decode() for name, value in response.headers}
    received = {
        "status_code": response.status,
        "headers": HeadersDict({"content-type": response.content_type, **fields}),
        "body": response.body,
    }
    parser: ResponseParser = create_parser(protocol)
    shape = get_session().get_service_model("logs").operation_model("TagLogGroup").output_shape
    error = parser.parse(received, shape)["Error"]
    assert error["Code"] == "NotImplemented"
    assert f"the request is for {request_.service}. " in error["Message"]


def test_the_content_type_of_json_is_that_of_the_request_if_it_is_one() -> None:
    request = OtherRequest("dynamodb")
    assert not_emulated(request, JSON_1_0, "").content_type == "application/x-amz-json-1.0"
    assert not_emulated(request, JSON_1_0 | {"content-type": "text/html"}, "").content_type == (
        "application/x-amz-json-1.1"
    )


def test_names_cannot_break_the_documents() -> None:
    hostile = OtherRequest('<x a="&">', "B")
    assert hostile.service in "".join(ElementTree.fromstring(not_emulated(hostile, FORM, "id").body).itertext())
    assert hostile.service in json.loads(not_emulated(hostile, JSON_1_0, "id").body)["message"]
