"""Requests of other AWS services than CloudWatch Logs: which they are for, and their responses.

They come from programs that set AWS_ENDPOINT_URL for all services. GetCallerIdentity of STS is emulated, since many
programs call it first, to build the ARNs that StartLiveTail takes. Every other request gets an error in its own
protocol, the only one that its SDK can show: JSON, CBOR, the query protocol's XML, or that of REST services.
https://smithy.io/2.0/aws/protocols/index.html
"""

import re
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import parse_qsl

import msgspec.json

from livetail.core.arns import partition_of
from livetail.core.errors import ServiceError
from livetail.wire.awsjson import JSON_1_1, AwsResponse, Headers, credential_of

STATUS: Final = 501
"""Not implemented: a status after which no SDK tries again, unlike 500 and 503."""

CODE: Final = "NotImplemented"

STS_VERSION: Final = "2011-06-15"
"""The parameter `Version` of its requests, which identifies them where they are not signed."""

GET_CALLER_IDENTITY: Final = "GetCallerIdentity"

_STS_NAMESPACE: Final = f"https://sts.amazonaws.com/doc/{STS_VERSION}/"
_FORM: Final = "application/x-www-form-urlencoded"
_JSON = re.compile(r"application/x-amz-json-1\.[01]")
_OWN_TARGET: Final = "logs_20140328"
_TARGET = re.compile(r"([A-Za-z0-9_-]+)\.[A-Za-z0-9]+")
_SERVICE = re.compile(r"[a-z0-9-]{1,40}")
_REST_XML: Final = ("cloudfront", "route53", "s3", "s3express")


@dataclass(frozen=True, slots=True)
class OtherRequest:
    """A request that is not one of CloudWatch Logs.

    Attributes:
        service: the name that it is signed for, such as `dynamodb`; a guess where it is not signed.
        action: the operation, if the request is of the query protocol.
    """

    service: str
    action: str | None = None


def recognize(query: str, headers: Headers, body: bytes) -> OtherRequest | None:
    """A request of another service, recognized by its signature, target or parameters; None if it is not one."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM:
        query = body[:4096].decode("latin-1")
    parameters = dict(parse_qsl(query)) if "Action=" in query else {}
    action = parameters.get("Action")
    service = credential_of(headers).service
    if service and _SERVICE.fullmatch(service):
        return OtherRequest(service, action) if service != "logs" else None
    target = _TARGET.fullmatch(headers.get("x-amz-target", ""))
    if target is not None and target[1].lower() != _OWN_TARGET:
        return OtherRequest(target[1], action)
    if action is not None:
        return OtherRequest("sts" if parameters.get("Version") == STS_VERSION else "another service", action)
    return None


def not_emulated(request: OtherRequest, headers: Headers, request_id: str) -> AwsResponse:
    """The error for a request of a service that is not emulated."""
    text = (
        f"This is Livetail, an emulator of CloudWatch Logs only; the request is for {request.service}. To send only "
        "CloudWatch Logs here, set AWS_ENDPOINT_URL_CLOUDWATCH_LOGS instead of AWS_ENDPOINT_URL."
    )
    if headers.get("smithy-protocol") == "rpc-v2-cbor":
        body = b"\xa2" + _cbor_text("__type") + _cbor_text(CODE) + _cbor_text("message") + _cbor_text(text)
        return AwsResponse(STATUS, "application/cbor", body, ((b"smithy-protocol", b"rpc-v2-cbor"),))
    if "x-amz-target" in headers:
        body = msgspec.json.encode({"__type": CODE, "message": text})
        content_type = headers.get("content-type", "")
        return AwsResponse(STATUS, content_type if _JSON.fullmatch(content_type) else JSON_1_1, body)
    if request.action is not None or request.service in _REST_XML:
        return _xml_error(request.service, STATUS, CODE, text, request_id)
    body = msgspec.json.encode({"message": text})
    return AwsResponse(STATUS, "application/json", body, ((b"x-amzn-ErrorType", CODE.encode()),))


def _xml_error(service: str, status: int, code: str, message: str, request_id: str) -> AwsResponse:
    """An error of the query protocol, as REST services with XML have it too; EC2 and S3 have forms of their own."""
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    content_type = "text/xml"
    if service == "ec2":
        document = f"<Response><Errors><Error>{error}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    elif service in ("s3", "s3express"):
        document, content_type = f"<Error>{error}</Error>", "application/xml"
    else:
        error = f"<Error><Type>Sender</Type>{error}</Error>"
        document = f"<ErrorResponse>{error}<RequestId>{request_id}</RequestId></ErrorResponse>"
    return AwsResponse(status, content_type, document.encode(), error=code, message=message)


def identify_caller(
    account_id: str, region: str, headers: Headers, request_id: str, problem: ServiceError | None
) -> AwsResponse:
    """The response to GetCallerIdentity: the account's root user, whose user id is the account id; or a problem.

    It is JSON if the `Accept` header has that, as with STS, otherwise XML.
    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    """
    if problem is not None:
        return _xml_error("sts", problem.status, problem.code, problem.message or "", request_id)
    arn = f"arn:{partition_of(region)}:iam::{account_id}:root"
    if "application/json" in headers.get("accept", ""):
        result = {"Account": account_id, "Arn": arn, "UserId": account_id}
        response = {"GetCallerIdentityResult": result, "ResponseMetadata": {"RequestId": request_id}}
        return AwsResponse(200, "application/json", msgspec.json.encode({"GetCallerIdentityResponse": response}))
    document = (
        f'<GetCallerIdentityResponse xmlns="{_STS_NAMESPACE}">\n'
        "  <GetCallerIdentityResult>\n"
        f"    <Arn>{arn}</Arn>\n"
        f"    <UserId>{account_id}</UserId>\n"
        f"    <Account>{account_id}</Account>\n"
        "  </GetCallerIdentityResult>\n"
        "  <ResponseMetadata>\n"
        f"    <RequestId>{request_id}</RequestId>\n"
        "  </ResponseMetadata>\n"
        "</GetCallerIdentityResponse>\n"
    )
    return AwsResponse(200, "text/xml", document.encode())


def _cbor_text(text: str) -> bytes:
    """A text string of CBOR (RFC 8949), of up to 65,535 bytes."""
    raw = text.encode()
    if len(raw) < 24:
        return bytes([0x60 | len(raw)]) + raw
    return b"\x79" + len(raw).to_bytes(2, "big") + raw
