"""Signature Version 4 as arithmetic: a request in its canonical form, the string to sign, the signature.

A request is taken as the bytes that came over the wire: what a client signed is found again only if nothing decodes and
encodes it on the way. Which requests are acceptable is decided in `livetail.wire.signatures`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote_from_bytes, unquote_to_bytes

__all__ = [
    "ALGORITHM",
    "TERMINATOR",
    "UNSIGNED_PAYLOAD",
    "SignedRequest",
    "basic_time",
    "canonical_path",
    "canonical_query",
    "canonical_request",
    "parse_basic_time",
    "parse_http_time",
    "payload_hash",
    "query_parameters",
    "signature",
    "string_to_sign",
]

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
"""Stands in the place of the hash of a body that was not signed."""

_SIGNATURE_PARAMETER = b"X-Amz-Signature"
_AUTHORITY = b":authority"

_BASIC_TIME = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z")
_HTTP_TIME = re.compile(r"[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as it was received.

    Attributes:
        path: not decoded, without the query.
        query: not decoded, without the question mark.
        headers: fields in the order of the wire, names in any case, a name once for each field of it.
        body: as it was sent, so still packed if it has a `Content-Encoding`.
    """

    method: str
    path: bytes
    query: bytes
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    def values(self, name: bytes) -> list[bytes]:
        """The values of a header by its name in lower case, without white space around them."""
        return [value.strip() for given, value in self.headers if given.lower() == name]


# ---- the canonical request -----------------------------------------------------------------------------------------


def canonical_request(request: SignedRequest, signed_headers: Iterable[str], payload: str) -> bytes:
    """The text whose hash is signed.

    Args:
        signed_headers: the names that the client signed, in lower case. One that the request does not have is left out
            of the lines of the headers, though not of the list of names, so that the two cannot be confused.
        payload: the hash of the body, or UNSIGNED-PAYLOAD.
    """
    names = sorted(signed_headers)
    return b"\n".join(
        (
            request.method.encode(),
            canonical_path(request.path),
            canonical_query(request.query),
            _canonical_headers(request.headers, names),
            ";".join(names).encode("latin-1"),
            payload.encode("latin-1"),
        )
    )


def canonical_path(path: bytes) -> bytes:
    """The path without dot segments and doubled slashes, encoded once more (only S3 does neither)."""
    segments: list[bytes] = []
    for segment in path.split(b"/"):
        if segment == b"..":
            del segments[-1:]
        elif segment not in (b"", b"."):
            segments.append(segment)
    text = b"/" + b"/".join(segments)
    if segments and path.endswith(b"/"):
        text += b"/"
    return quote_from_bytes(text, safe="/").encode()


def canonical_query(query: bytes) -> bytes:
    """The parameters encoded alike and in order, but for the signature itself."""
    pairs = sorted(
        (quote_from_bytes(name, safe=""), quote_from_bytes(value, safe=""))
        for name, value in query_parameters(query)
        if name != _SIGNATURE_PARAMETER
    )
    return "&".join(f"{name}={value}" for name, value in pairs).encode()


def query_parameters(query: bytes) -> list[tuple[bytes, bytes]]:
    """The parameters of a query, decoded; `+` is a blank."""
    pairs = (pair.replace(b"+", b" ").partition(b"=") for pair in query.split(b"&") if pair)
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in pairs]


def payload_hash(body: bytes) -> str:
    """What stands for a body that was signed."""
    return hashlib.sha256(body).hexdigest()


def _canonical_headers(headers: Iterable[tuple[bytes, bytes]], names: Iterable[str]) -> bytes:
    values: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        # White space at the ends goes, and a run of it becomes one blank, also within quotation marks.
        values.setdefault(name.lower(), []).append(b" ".join(value.split()))
    # HTTP/2 has no Host; what it has instead reaches the application as one.
    values.setdefault(_AUTHORITY, values.get(b"host", []))
    lines = []
    for signed in names:
        name = signed.encode("latin-1")
        if values.get(name):
            lines.append(name + b":" + b",".join(values[name]) + b"\n")
    return b"".join(lines)


# ---- the signature -------------------------------------------------------------------------------------------------


def string_to_sign(time: int, scope: str, canonical: bytes) -> str:
    """What is signed.

    Args:
        time: of the request, in epoch milliseconds.
        scope: `DATE/REGION/SERVICE/aws4_request`.
    """
    return "\n".join((ALGORITHM, basic_time(time), scope, hashlib.sha256(canonical).hexdigest()))


def signature(secret: str, scope: str, text: str) -> str:
    """The signature of a string to sign, in hexadecimal digits. The key is made of the secret and all of the scope."""
    key = b"AWS4" + secret.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode("latin-1"), "sha256")
    return hmac.digest(key, text.encode("latin-1"), "sha256").hex()


# ---- times ---------------------------------------------------------------------------------------------------------


def basic_time(time: int) -> str:
    """Epoch milliseconds as `20260101T000000Z`."""
    return datetime.fromtimestamp(time // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")


def parse_basic_time(text: str) -> int | None:
    """`20260101T000000Z` in epoch milliseconds; None if it is no such time."""
    found = _BASIC_TIME.fullmatch(text)
    return None if found is None else _instant(*map(int, found.groups()))


def parse_http_time(text: str) -> int | None:
    """`Thu, 01 Jan 2026 00:00:00 GMT` in epoch milliseconds; None if it is no such time."""
    found = _HTTP_TIME.fullmatch(text)
    if found is None or found[2] not in _MONTHS:
        return None
    day, year, *rest = map(int, found.group(1, 3, 4, 5, 6))
    return _instant(year, _MONTHS.index(found[2]) + 1, day, *rest)


def _instant(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int | None:
    try:
        return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()) * 1000
    except ValueError:
        return None
