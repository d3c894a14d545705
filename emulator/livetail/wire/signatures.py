"""Who sent a request: the check of its SigV4 signature, with the errors of AWS in the order in which AWS finds them.

The order and most texts were seen on other JSON services of AWS, DynamoDB and Kinesis above all; expired signatures,
unknown keys, wrong regions and incomplete headers also on CloudWatch Logs itself. `docs/credentials.md` lists them with
what is known of each. All of them are answered with status 400.

A signature may be in the Authorization header or in the query of a presigned request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from livetail.core.clock import MINUTE, SECOND
from livetail.core.errors import ServiceError
from livetail.wire.canonical import (
    ALGORITHM,
    TERMINATOR,
    UNSIGNED_PAYLOAD,
    SignedRequest,
    basic_time,
    canonical_request,
    parse_basic_time,
    parse_http_time,
    payload_hash,
    query_parameters,
    signature,
    string_to_sign,
)

__all__ = [
    "MAX_EXPIRES",
    "MAX_SKEW",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "SignedRequest",
    "UnrecognizedClientException",
    "Verifier",
]

MAX_SKEW = 5 * MINUTE
"""How far the time of a request may be from the emulator's, in milliseconds; seen on CloudWatch Logs."""

MAX_EXPIRES = 604_800
"""Seconds that a presigned request may be good for: a week, as S3 documents it."""

_REGION = re.compile(r"[a-z]+(-[a-z]+)+-[0-9]+")
_HEADER_PARTS = ("Credential", "Signature", "SignedHeaders")
_QUERY_PARTS = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
_CONTENT_HASH = b"x-amz-content-sha256"


class MissingAuthenticationTokenException(ServiceError):
    """The request is not signed at all."""


class IncompleteSignatureException(ServiceError):
    """A part of the signature is missing or malformed."""


class UnrecognizedClientException(ServiceError):
    """The access key id is none of those that are known."""


class InvalidSignatureException(ServiceError):
    """The signature is for another time, region, service or request, or made with another secret."""


@dataclass(frozen=True, slots=True)
class _Signature:
    """What a request says about its signature.

    Attributes:
        credential: `KEY/DATE/REGION/SERVICE/aws4_request`, not checked.
        signed_headers: names in lower case.
        time: as it was sent.
        presigned: it was in the query.
        expires: seconds for which it is good, if it says so.
    """

    algorithm: str
    credential: str
    signed_headers: tuple[str, ...]
    signature: str
    time: str
    presigned: bool = False
    expires: str | None = None


class Verifier:
    """Checks signatures against a set of keys.

    A session token is accepted whatever it is, and need not be signed; the keys stay what they are, so no token can
    expire. AWS's own test suite has a request whose token was added after it was signed.
    """

    def __init__(self, credentials: Mapping[str, str], service: str = "logs") -> None:
        """
        Args:
            credentials: secrets by access key id.
            service: that a signature has to be made for.
        """
        self._credentials = dict(credentials)
        self._service = service

    def verify(self, request: SignedRequest, now: int) -> str:
        """The access key id that signed a request.

        Args:
            now: the time in epoch milliseconds.

        Raises:
            MissingAuthenticationTokenException: it is not signed.
            IncompleteSignatureException: a part is missing or malformed.
            UnrecognizedClientException: the key is unknown.
            InvalidSignatureException: anything else is wrong with the signature.
        """
        given = _signature_of(request)
        time = _time_of(given)
        _check_time(given, time, now)
        if not {"host", ":authority"}.intersection(given.signed_headers):
            raise InvalidSignatureException("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
        if given.algorithm != ALGORITHM:
            raise IncompleteSignatureException(
                f"Unsupported AWS 'algorithm': '{given.algorithm}' (only {ALGORITHM} for now). "
            )
        key_id, scope = self._scope_of(given, time)
        secret = self._credentials.get(key_id)
        if secret is None:
            raise UnrecognizedClientException("The security token included in the request is invalid.")
        _check_signature(request, given, time, scope, secret)
        return key_id

    def _scope_of(self, given: _Signature, time: int) -> tuple[str, str]:
        """The access key id and the scope of a credential that was made for here and now."""
        # Java's split, which AWS seems to use, drops empty parts at the end: slashes there do not matter.
        parts = given.credential.rstrip("/").split("/")
        if len(parts) != 5:
            raise IncompleteSignatureException(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
                f"got '{given.credential}'"
            )
        key_id, date, region, service, terminator = parts
        sent = basic_time(time)
        faults = []
        if _REGION.fullmatch(region) is None:
            faults.append(f"Credential should be scoped to a valid region, not '{region}'. ")
        if service != self._service:
            faults.append(f"Credential should be scoped to correct service: '{self._service}'. ")
        if terminator != TERMINATOR:
            faults.append(f"Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'. ")
        if date != sent[:8]:
            faults.append(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                f"'{date}' != '{sent[:8]}', from '{sent}'. "
            )
        if faults:
            raise InvalidSignatureException("".join(faults))
        return key_id, "/".join(parts[1:])


# ---- what a request says -------------------------------------------------------------------------------------------


def _signature_of(request: SignedRequest) -> _Signature:
    authorization = [value for value in request.values(b"authorization") if value]
    parameters: dict[str, str] = {}
    for name, value in query_parameters(request.query):
        parameters.setdefault(name.decode("latin-1"), value.decode("latin-1"))
    if "X-Amz-Algorithm" in parameters:
        if authorization:
            raise InvalidSignatureException(
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
            )
        return _signature_in_query(parameters)
    if not authorization:
        raise MissingAuthenticationTokenException("Missing Authentication Token")
    times = request.values(b"x-amz-date") or request.values(b"date")
    return _signature_in_header(authorization[0].decode("latin-1"), times[0].decode("latin-1") if times else None)


def _signature_in_header(authorization: str, time: str | None) -> _Signature:
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
    faults = [f"Authorization header requires '{name}' parameter. " for name in _HEADER_PARTS if name not in parts]
    if time is None:
        faults.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
    if faults or time is None:
        raise IncompleteSignatureException(
            f"{''.join(faults)}(Hashed with SHA-256 and encoded with Base64) Authorization={_hashed(authorization)}"
        )
    names = tuple(parts["SignedHeaders"].lower().split(";"))
    return _Signature(algorithm, parts["Credential"], names, parts["Signature"], time)


def _signature_in_query(parameters: Mapping[str, str]) -> _Signature:
    faults = [
        f"AWS query-string parameters must include '{name}'. " for name in _QUERY_PARTS if not parameters.get(name)
    ]
    if faults:
        raise IncompleteSignatureException("".join(faults) + "Re-examine the query-string parameters.")
    return _Signature(
        algorithm=parameters["X-Amz-Algorithm"],
        credential=parameters["X-Amz-Credential"],
        signed_headers=tuple(parameters["X-Amz-SignedHeaders"].lower().split(";")),
        signature=parameters["X-Amz-Signature"],
        time=parameters["X-Amz-Date"],
        presigned=True,
        expires=parameters.get("X-Amz-Expires"),
    )


def _hashed(text: str) -> str:
    # Until 2021 or so the header itself stood here, with whatever people had taken for a signature.
    return b64encode(hashlib.sha256(text.encode("latin-1")).digest()).decode()


# ---- time ----------------------------------------------------------------------------------------------------------


def _time_of(given: _Signature) -> int:
    time = parse_basic_time(given.time)
    if time is None and not given.presigned:
        # A Date header is allowed to be one of HTTP, as in the requests of AWS's first test suite.
        time = parse_http_time(given.time)
    if time is None:
        raise IncompleteSignatureException(
            f"Date must be in ISO-8601 'basic format'. Got '{given.time}'. See http://en.wikipedia.org/wiki/ISO_8601"
        )
    return time


def _check_time(given: _Signature, time: int, now: int) -> None:
    good_for = MAX_SKEW if given.expires is None else _seconds(given.expires) * SECOND
    if time < now - good_for:
        raise InvalidSignatureException(
            f"Signature expired: {basic_time(time)} is now earlier than {basic_time(now - good_for)} "
            f"({basic_time(now)} - {_span(good_for)}.)"
        )
    if time > now + MAX_SKEW:
        raise InvalidSignatureException(
            f"Signature not yet current: {basic_time(time)} is still later than {basic_time(now + MAX_SKEW)} "
            f"({basic_time(now)} + {_span(MAX_SKEW)}.)"
        )


def _seconds(expires: str) -> int:
    if re.fullmatch(r"-?[0-9]{1,18}", expires) is None:
        raise IncompleteSignatureException("X-Amz-Expires should be a number")
    seconds = int(expires)
    if seconds < 0:
        raise IncompleteSignatureException("X-Amz-Expires must be non-negative")
    if seconds > MAX_EXPIRES:
        raise IncompleteSignatureException(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
            f"{MAX_EXPIRES} seconds"
        )
    return seconds


def _span(milliseconds: int) -> str:
    return f"{milliseconds // MINUTE} min" if milliseconds % MINUTE == 0 else f"{milliseconds // SECOND} sec"


# ---- the signature -------------------------------------------------------------------------------------------------


def _check_signature(request: SignedRequest, given: _Signature, time: int, scope: str, secret: str) -> None:
    for payload in _payloads(request, given):
        canonical = canonical_request(request, given.signed_headers, payload)
        text = string_to_sign(time, scope, canonical)
        expected = signature(secret, scope, text)
        if hmac.compare_digest(expected.encode(), given.signature.encode("latin-1")):
            return
    raise InvalidSignatureException(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details.\n\n"
        f"The Canonical String for this request should have been\n'{canonical.decode(errors='backslashreplace')}'\n\n"
        f"The String-to-Sign should have been\n'{text}'\n"
    )


def _payloads(request: SignedRequest, given: _Signature) -> Iterator[str]:
    """What may stand for the body in the canonical request; the last is what it should have been.

    A hash in X-Amz-Content-Sha256 is no authority: it has to be that of the body, which is hashed in any case.
    """
    unsigned = request.values(_CONTENT_HASH)[:1] == [UNSIGNED_PAYLOAD.encode()]
    signed = _CONTENT_HASH.decode() in given.signed_headers
    if given.presigned or (unsigned and signed):
        # The body of a presigned request is often not known when it is signed.
        yield UNSIGNED_PAYLOAD
    if not (unsigned and signed):
        yield payload_hash(request.body)
