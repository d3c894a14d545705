"""The awsJson1.1 protocol around a request and its answer: which operation is meant, for whom, and how answers are put.

What is refused here never reaches an operation, and is refused as AWS's front end does it (seen on Athena, which speaks
the same protocol, in 2026; the bare UnknownOperationException also on CloudWatch Logs itself).

https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec.json

from livetail.core.errors import RequestEntityTooLargeException, SerializationException

__all__ = [
    "EVENT_STREAM",
    "JSON",
    "JSON_1_1",
    "REQUEST_ID",
    "XML",
    "AwsCall",
    "Headers",
    "Refusal",
    "Scope",
    "answer_headers",
    "error_body",
    "gunzip",
    "identify",
    "scope_of",
    "wrapped",
]

JSON_1_1 = "application/x-amz-json-1.1"
JSON = "application/json"
XML = "application/xml"
EVENT_STREAM = "application/vnd.amazon.eventstream"
REQUEST_ID = "x-amzn-RequestId"

Headers = Mapping[str, str]
"""Header fields by their names in lower case."""

_TARGET = re.compile(r"Logs_20140328\.([A-Z][A-Za-z0-9]*)")
_CREDENTIAL = re.compile(r"Credential=([^,\s]+)")
_QUERY_CREDENTIAL = re.compile(r"(?:^|&)X-Amz-Credential=([^&]+)")
_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z0-9-]+")
_NOT_GZIP = "The request body is not valid gzip."
_PIECE = 8_192
"""How much is unpacked at a time. What follows a member is copied, so that many small ones must not cost the square."""


@dataclass(frozen=True, slots=True)
class AwsCall:
    """A request that names an operation, of whatever name.

    Attributes:
        content_type: what it is answered in. Calls in `application/json` get their answers wrapped (`wrapped`).
    """

    operation: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer to a request that names no operation."""

    status: int
    content_type: str
    body: bytes


_NOT_THIS_PROTOCOL = Refusal(404, XML, b"<UnknownOperationException/>")
_NO_OPERATION = Refusal(400, JSON_1_1, b'{"__type":"UnknownOperationException"}')
_NO_OPERATION_WRAPPED = Refusal(400, JSON, b'{"Output":{"__type":"UnknownOperationException"},"Version":"1.0"}')


def identify(method: str, path: str, headers: Headers) -> AwsCall | Refusal:
    """What a request wants, or how it is refused.

    The method, the path and the content type come first: anything but `POST /` in a JSON of this protocol gets a 404 in
    XML. A target that is missing or no operation's name, also one in lower case, gets a 400 without a message.
    """
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if method != "POST" or path != "/" or content_type not in (JSON_1_1, JSON):
        return _NOT_THIS_PROTOCOL
    target = _TARGET.fullmatch(headers.get("x-amz-target", ""))
    if target is None:
        return _NO_OPERATION if content_type == JSON_1_1 else _NO_OPERATION_WRAPPED
    return AwsCall(target[1], content_type)


def error_body(code: str, message: str | None) -> bytes:
    """The body of an error: `__type` first, and no `message` if there is none. There is no x-amzn-errortype header."""
    error = {"__type": code} if message is None else {"__type": code, "message": message}
    return msgspec.json.encode(error)


def wrapped(body: bytes) -> bytes:
    """The body of an answer in `application/json`; also of an error, which is assumed."""
    return b'{"Output":%s,"Version":"1.0"}' % (body or b"null")


def answer_headers(request_id: str, content_type: str = JSON_1_1) -> tuple[tuple[str, str], ...]:
    """The header fields of an answer that belong to the protocol; the length and the date are the server's."""
    return ((REQUEST_ID, request_id), ("Content-Type", content_type))


# ---- the caller ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scope:
    """What a request's credential says about its caller.

    Attributes:
        access_key_id: as it was sent.
        account_id: the access key id, if it is one in the form of an account: 12 digits. That is how a caller picks
            the account, as with LocalStack and moto.
        region: None if there is none, as in SigV4a.
    """

    access_key_id: str
    account_id: str | None
    region: str | None


def scope_of(headers: Headers, query: str = "") -> Scope | None:
    """The credential scope of a request (`KEY/DATE/REGION/SERVICE/aws4_request`); None if it is not signed like that.

    Args:
        query: the query string, undecoded; presigned requests have `X-Amz-Credential` there.
    """
    credential = headers.get("x-amz-credential")
    found = _CREDENTIAL.search(headers.get("authorization", ""))
    if found is not None:
        credential = found[1]
    elif credential is None and (found := _QUERY_CREDENTIAL.search(query)) is not None:
        credential = re.sub("%2f", "/", found[1], flags=re.IGNORECASE)
    if credential is None:
        return None
    key, *scope = credential.split("/")
    region = scope[1] if len(scope) == 4 else None
    return Scope(
        access_key_id=key,
        account_id=key if _ACCOUNT.fullmatch(key) else None,
        region=region if region and _REGION.fullmatch(region) else None,
    )


# ---- packed bodies -------------------------------------------------------------------------------------------------


def gunzip(body: bytes, limit: int) -> bytes:
    """Unpack a body of `Content-Encoding: gzip`, as the CloudWatch agent sends it; several members are one body.

    Args:
        limit: how many bytes it may unpack to. Nothing beyond that is unpacked.

    Raises:
        RequestEntityTooLargeException: it holds more than that.
        SerializationException: it is no gzip, or not all of one (text chosen).
    """
    import zlib

    parts: list[bytes] = []
    room = limit + 1
    position = 0
    member = None
    while position < len(body):
        if member is None:
            member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        piece = body[position : position + _PIECE]
        try:
            parts.append(member.decompress(piece, room))
        except zlib.error:
            raise SerializationException(_NOT_GZIP) from None
        room -= len(parts[-1])
        if room <= 0:
            raise RequestEntityTooLargeException(f"The request body unpacks to more than {limit} bytes.")
        position += len(piece) - len(member.unused_data)
        if member.eof:
            member = None
            # Zeros may pad a file to a block's length; Python's own reader skips them as well.
            if body[position : position + 1] == b"\0":
                position += len(body[position:]) - len(body[position:].lstrip(b"\0"))
    if member is not None or not parts:
        raise SerializationException(_NOT_GZIP)
    return b"".join(parts)
