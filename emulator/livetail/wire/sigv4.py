"""Signature Version 4: checks who signed a request, with AWS's errors in AWS's order.

The order and most texts were observed on other JSON services of AWS, mainly DynamoDB and Kinesis; expired signatures,
unknown keys, wrong regions and incomplete headers also on CloudWatch Logs itself. `docs/credentials.md` lists them.
The signature is expected in the Authorization header: no SDK sends these operations presigned.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote_from_bytes, unquote_to_bytes

from livetail.core.clock import MINUTE
from livetail.core.errors import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)

MAX_SKEW_MS = 5 * MINUTE
"""How far the time of a request may be from the emulator's; observed on CloudWatch Logs."""

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
"""Used instead of the hash of a body that was not signed."""

_REGION = re.compile(r"[a-z]+(-[a-z]+)+-[0-9]+")
_BASIC_TIME = "%Y%m%dT%H%M%SZ"
_HEADER_PARTS = ("Credential", "Signature", "SignedHeaders")


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request to the path `/`, as received bytes: the client signed these, and decoding is not reversible.

    Attributes:
        query: not decoded, without the question mark.
        headers: fields in their order, names in any case.
        body: as it was sent, so still compressed if it has a `Content-Encoding`.
    """

    method: str
    query: bytes
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    def values(self, name: bytes) -> list[str]:
        """The values of a header by its name in lower case, without white space around them."""
        return [value.strip().decode("latin-1") for given, value in self.headers if given.lower() == name]


@dataclass(frozen=True, slots=True)
class _Signature:
    """The content of the Authorization header, not checked yet: names of headers in lower case, the time in epoch
    milliseconds."""

    algorithm: str
    credential: str
    signed_headers: tuple[str, ...]
    signature: str
    time: int


def verify(request: SignedRequest, credentials: Mapping[str, str], service: str, now: int) -> str:
    """The access key id that signed a request.

    Any session token is accepted, and it need not be signed: AWS's own test suite has a request whose token was added
    after it was signed.

    Args:
        credentials: secrets by access key id.
        service: the service that a signature has to be made for.
        now: epoch milliseconds.

    Raises:
        MissingAuthenticationTokenException: the request is not signed.
        IncompleteSignatureException: a part is missing or malformed.
        UnrecognizedClientException: the key is unknown.
        InvalidSignatureException: anything else is wrong with the signature.
    """
    given = _read_signature(request)
    _check_time(given.time, now)
    if not {"host", ":authority"}.intersection(given.signed_headers):
        raise InvalidSignatureException("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    if given.algorithm != ALGORITHM:
        raise IncompleteSignatureException(
            f"Unsupported AWS 'algorithm': '{given.algorithm}' (only {ALGORITHM} for now). "
        )
    key_id, scope = _check_credential(given, service)
    secret = credentials.get(key_id)
    if secret is None:
        raise UnrecognizedClientException("The security token included in the request is invalid.")
    _check_signature(request, given, scope, secret)
    return key_id


def _read_signature(request: SignedRequest) -> _Signature:
    authorization = next(filter(None, request.values(b"authorization")), None)
    if authorization is None:
        raise MissingAuthenticationTokenException("Missing Authentication Token")
    algorithm, _, rest = authorization.partition(" ")
    parts: dict[str, str] = {}
    for part in re.split(r"[, \t]+", rest):
        name, equals, value = part.partition("=")
        if part and not equals:
            raise IncompleteSignatureException(
                "Invalid key=value pair (missing equal-sign) in Authorization header "
                f"(hashed with SHA-256 and encoded with Base64): '{_hashed(authorization)}'."
            )
        parts[name] = value
    times = request.values(b"x-amz-date") or request.values(b"date")
    problems = [f"Authorization header requires '{name}' parameter. " for name in _HEADER_PARTS if name not in parts]
    if not times:
        problems.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
    if problems:
        raise IncompleteSignatureException(
            f"{''.join(problems)}(Hashed with SHA-256 and encoded with Base64) Authorization={_hashed(authorization)}"
        )
    time = parse_basic_time(times[0])
    if time is None:
        raise IncompleteSignatureException(
            f"Date must be in ISO-8601 'basic format'. Got '{times[0]}'. See http://en.wikipedia.org/wiki/ISO_8601"
        )
    names = tuple(parts["SignedHeaders"].lower().split(";"))
    return _Signature(algorithm, parts["Credential"], names, parts["Signature"], time)


def _hashed(text: str) -> str:
    # Until about 2021 AWS repeated the header itself, which could show a secret.
    return b64encode(hashlib.sha256(text.encode("latin-1")).digest()).decode()


def _check_time(time: int, now: int) -> None:
    sent, present, earliest, latest = map(basic_time, (time, now, now - MAX_SKEW_MS, now + MAX_SKEW_MS))
    if time < now - MAX_SKEW_MS:
        raise InvalidSignatureException(
            f"Signature expired: {sent} is now earlier than {earliest} ({present} - 5 min.)"
        )
    if time > now + MAX_SKEW_MS:
        raise InvalidSignatureException(
            f"Signature not yet current: {sent} is still later than {latest} ({present} + 5 min.)"
        )


def _check_credential(given: _Signature, service: str) -> tuple[str, str]:
    """The access key id, and the scope: `DATE/REGION/SERVICE/aws4_request`."""
    # Java's split, which AWS seems to use, drops empty parts at the end: slashes there do not matter.
    parts = given.credential.rstrip("/").split("/")
    if len(parts) != 5:
        raise IncompleteSignatureException(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
            f"got '{given.credential}'"
        )
    key_id, date, region, named_service, terminator = parts
    sent = basic_time(given.time)
    problems = []
    if _REGION.fullmatch(region) is None:
        problems.append(f"Credential should be scoped to a valid region, not '{region}'. ")
    if named_service != service:
        problems.append(f"Credential should be scoped to correct service: '{service}'. ")
    if terminator != TERMINATOR:
        problems.append(f"Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'. ")
    if date != sent[:8]:
        problems.append(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{date}' != '{sent[:8]}', from '{sent}'. "
        )
    if problems:
        raise InvalidSignatureException("".join(problems))
    return key_id, "/".join(parts[1:])


def _check_signature(request: SignedRequest, given: _Signature, scope: str, secret: str) -> None:
    # X-Amz-Content-Sha256 counts only if it is signed and is UNSIGNED-PAYLOAD; any other hash in it is ignored.
    is_named = "x-amz-content-sha256" in given.signed_headers
    is_unsigned = is_named and request.values(b"x-amz-content-sha256")[:1] == [UNSIGNED_PAYLOAD]
    payload = UNSIGNED_PAYLOAD if is_unsigned else hashlib.sha256(request.body).hexdigest()
    canonical = canonical_request(request, given.signed_headers, payload)
    text = string_to_sign(given.time, scope, canonical)
    if not hmac.compare_digest(signature(secret, scope, text).encode(), given.signature.encode("latin-1")):
        raise InvalidSignatureException(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details.\n\n"
            f"The Canonical String for this request should have been\n"
            f"'{canonical.decode(errors='backslashreplace')}'\n\n"
            f"The String-to-Sign should have been\n'{text}'\n"
        )


# ---- the calculation -----------------------------------------------------------------------------------------------


def canonical_request(request: SignedRequest, signed_headers: Iterable[str], payload: str) -> bytes:
    """The text whose hash is signed.

    Args:
        signed_headers: the names that the client signed, in lower case. One that is not in the request has no line, but
            stays in the list of names.
        payload: the hash of the body, or UNSIGNED-PAYLOAD.
    """
    names = sorted(signed_headers)
    # The parameters in order; `+` is a blank.
    pairs = (pair.replace(b"+", b" ").partition(b"=") for pair in request.query.split(b"&") if pair)
    parameters = sorted((_encoded(name), _encoded(value)) for name, _, value in pairs)
    values: dict[bytes, list[bytes]] = {}
    for name, value in request.headers:
        # Without white space at the ends, and with one blank for each run of it, also within quotation marks.
        values.setdefault(name.lower(), []).append(b" ".join(value.split()))
    # HTTP/2 has no Host; the server passes `:authority` to the application as Host.
    values.setdefault(b":authority", values.get(b"host", []))
    signed = (name.encode("latin-1") for name in names)
    lines = (
        request.method.encode(),
        b"/",
        "&".join(f"{name}={value}" for name, value in parameters).encode(),
        *(name + b":" + b",".join(values[name]) for name in signed if values.get(name)),
        b"",
        ";".join(names).encode("latin-1"),
        payload.encode(),
    )
    return b"\n".join(lines)


def _encoded(part: bytes) -> str:
    """A name or value of the query in its canonical form."""
    return quote_from_bytes(unquote_to_bytes(part), safe="")


def string_to_sign(time: int, scope: str, canonical: bytes) -> str:
    """The text that is signed; `time` in epoch milliseconds, `scope` is `DATE/REGION/SERVICE/aws4_request`."""
    return "\n".join((ALGORITHM, basic_time(time), scope, hashlib.sha256(canonical).hexdigest()))


def signature(secret: str, scope: str, text: str) -> str:
    """The signature of a string to sign, in hexadecimal digits. The key is made of the secret and all of the scope."""
    key = b"AWS4" + secret.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode("latin-1"), "sha256")
    return hmac.digest(key, text.encode("latin-1"), "sha256").hex()


def basic_time(time: int) -> str:
    """Epoch milliseconds as `20260101T000000Z`."""
    return datetime.fromtimestamp(time // 1000, UTC).strftime(_BASIC_TIME)


def parse_basic_time(text: str) -> int | None:
    """`20260101T000000Z` in epoch milliseconds; None if it is not such a time."""
    try:
        time = int(datetime.strptime(text, _BASIC_TIME).replace(tzinfo=UTC).timestamp()) * 1000
    except ValueError:
        return None
    return time if basic_time(time) == text else None  # strptime also reads numbers without their leading zeros
