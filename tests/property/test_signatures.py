"""What botocore signs is accepted, and not after anything that it signed was changed; nothing at all makes the check
fail in another way than with one of its errors."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import example, given, settings
from hypothesis import strategies as st

from livetail.core.clock import MINUTE
from livetail.core.errors import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
from livetail.wire.sigv4 import MAX_SKEW_MS, SignedRequest, canonical_request, parse_basic_time, verify

ERRORS = (
    MissingAuthenticationTokenException,
    IncompleteSignatureException,
    UnrecognizedClientException,
    InvalidSignatureException,
)

# Headers that botocore leaves out, or sets itself.
NOT_OURS = {"baggage", "connection", "date", "expect", "host", "te", "trailer", "upgrade"}

KEY_IDS = st.from_regex(r"[A-Z0-9]{3,20}", fullmatch=True)
SECRETS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)
REGIONS = st.sampled_from(["us-east-1", "eu-central-1", "ap-southeast-4", "us-gov-west-1", "cn-north-1"])
TOKENS = st.none() | st.from_regex(r"[A-Za-z0-9+/]{1,60}={0,2}", fullmatch=True)
NAMES = st.from_regex(r"[a-zA-Z][a-zA-Z0-9-]{0,12}", fullmatch=True).filter(lambda name: name.lower() not in NOT_OURS)
VALUES = st.text(st.sampled_from('aZ09 \t",;:=/%é漢'), max_size=20)
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=5)
WORDS = st.text(st.sampled_from("aZ09 -._~!*'()+&=/?%#é漢"), max_size=8)
QUERIES = st.lists(st.tuples(WORDS.filter(bool), WORDS), max_size=4)
BODIES = st.binary(max_size=60)


@dataclass(frozen=True)
class Signed:
    """A request that botocore signed, and all that belongs to it."""

    request: SignedRequest
    now: int
    key_id: str
    secret: str

    def verify(self, request: SignedRequest | None = None, skew: int = 0) -> str:
        return verify(request or self.request, {self.key_id: self.secret}, "logs", self.now + skew)


def on_the_wire(prepared: AWSRequest) -> SignedRequest:
    target = urlsplit(prepared.url)
    return SignedRequest(
        method=prepared.method,
        query=target.query.encode(),
        headers=[
            (b"Host", target.netloc.encode()),
            (b"User-Agent", b"Boto3/1.43"),
            *((name.encode(), value.encode()) for name, value in prepared.headers.items()),
        ],
        body=prepared.data or b"",
    )


def unsigned(query: list[tuple[str, str]], headers: list[tuple[str, str]], body: bytes) -> AWSRequest:
    parameters = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query)
    url = "http://127.0.0.1:4586/" + (f"?{parameters}" if parameters else "")
    request = AWSRequest(method="POST", url=url, data=body)
    request.headers["X-Amz-Target"] = "Logs_20140328.StartLiveTail"
    for name, value in headers:
        request.headers.add_header(name, value)
    return request


@st.composite
def signed_requests(draw: st.DrawFn) -> Signed:
    request = unsigned(draw(QUERIES), draw(HEADERS), draw(BODIES))
    if draw(st.booleans()):
        request.headers["X-Amz-Content-SHA256"] = draw(
            st.sampled_from(["UNSIGNED-PAYLOAD", sha256(request.data).hexdigest()])
        )
    key_id, secret = draw(KEY_IDS), draw(SECRETS)
    SigV4Auth(Credentials(key_id, secret, draw(TOKENS)), "logs", draw(REGIONS)).add_auth(request)
    return Signed(on_the_wire(request), time_of(request.headers["X-Amz-Date"]), key_id, secret)


def time_of(text: str) -> int:
    time = parse_basic_time(text)
    assert time is not None
    return time


SIGNED = signed_requests()

FEWER = settings(max_examples=20)


@given(SIGNED, st.integers(min_value=-MAX_SKEW_MS, max_value=0))
def test_what_botocore_signs_is_accepted(signed: Signed, skew: int) -> None:
    assert signed.verify(skew=skew) == signed.key_id


@FEWER
@given(SIGNED, st.integers(min_value=-MAX_SKEW_MS, max_value=MAX_SKEW_MS))
def test_clocks_may_differ_by_five_minutes_either_way(signed: Signed, skew: int) -> None:
    assert signed.verify(skew=skew) == signed.key_id


@FEWER
@given(SIGNED, st.integers(min_value=MAX_SKEW_MS + 1, max_value=600 * MINUTE), st.sampled_from([1, -1]))
def test_clocks_may_not_differ_by_more(signed: Signed, skew: int, sign: int) -> None:
    with pytest.raises(InvalidSignatureException, match=r"^Signature (expired|not yet current): "):
        signed.verify(skew=skew * sign)


@FEWER
@given(SIGNED, SECRETS)
def test_another_secret_is_refused(signed: Signed, secret: str) -> None:
    if secret != signed.secret:
        with pytest.raises(InvalidSignatureException):
            replace(signed, secret=secret).verify()


@FEWER
@given(SIGNED, KEY_IDS)
def test_another_key_is_refused(signed: Signed, key_id: str) -> None:
    if key_id != signed.key_id:
        with pytest.raises(UnrecognizedClientException):
            replace(signed, key_id=key_id).verify()


@FEWER
@given(SIGNED, st.lists(st.tuples(st.sampled_from([b"X-Forwarded-For", b"Via", b"User-Agent"]), st.binary(max_size=9))))
def test_what_a_proxy_adds_does_not_matter(signed: Signed, extra: list[tuple[bytes, bytes]]) -> None:
    assert signed.verify(replace(signed.request, headers=[*extra, *signed.request.headers])) == signed.key_id


@FEWER
@given(SIGNED, st.data())
def test_white_space_around_and_within_values_does_not_matter(signed: Signed, data: st.DataObject) -> None:
    blanks = st.sampled_from([b"", b" ", b"\t", b"  "])
    spread = [
        (name, data.draw(blanks) + value.replace(b" ", b"  ") + data.draw(blanks))
        for name, value in signed.request.headers
    ]
    assert signed.verify(replace(signed.request, headers=spread)) == signed.key_id


# ---- changes -------------------------------------------------------------------------------------------------------


def without(headers: list[tuple[bytes, bytes]], name: bytes) -> list[tuple[bytes, bytes]]:
    return [field for field in headers if field[0].lower() != name]


def signed_names(request: SignedRequest) -> list[bytes]:
    (authorization,) = request.values(b"authorization")
    return authorization.partition("SignedHeaders=")[2].partition(",")[0].encode().split(b";")


def change_method(request: SignedRequest, data: st.DataObject) -> SignedRequest:
    return replace(request, method=data.draw(st.sampled_from(["GET", "PUT", "post", ""])))


def change_query(request: SignedRequest, data: st.DataObject) -> SignedRequest:
    return replace(request, query=request.query + b"&" + data.draw(st.sampled_from([b"a", b"zz=1", b"%20=%FF"])))


def change_body(request: SignedRequest, data: st.DataObject) -> SignedRequest:
    return replace(request, body=data.draw(st.binary(max_size=60)))


def change_value(request: SignedRequest, data: st.DataObject) -> SignedRequest:
    name = data.draw(st.sampled_from(signed_names(request)))
    return replace(
        request, headers=[*without(list(request.headers), name), (name, data.draw(VALUES).encode(errors="ignore"))]
    )


def drop_header(request: SignedRequest, data: st.DataObject) -> SignedRequest:
    return replace(request, headers=without(list(request.headers), data.draw(st.sampled_from(signed_names(request)))))


def repeat_header(request: SignedRequest, data: st.DataObject) -> SignedRequest:
    name = data.draw(st.sampled_from(signed_names(request)))
    return replace(request, headers=[*request.headers, (name, data.draw(VALUES).encode())])


def canonical(request: SignedRequest) -> bytes:
    """The parts of a request that its signature covers, the body in clear."""
    names = [name.decode() for name in signed_names(request)]
    covered = request.body
    if request.values(b"x-amz-content-sha256")[:1] == ["UNSIGNED-PAYLOAD"]:
        covered = b""
    return canonical_request(request, names, covered.hex())


@given(
    SIGNED,
    st.sampled_from([change_method, change_query, change_body, change_value, drop_header, repeat_header]),
    st.data(),
)
def test_whatever_was_signed_cannot_be_changed(
    signed: Signed, change: Callable[[SignedRequest, st.DataObject], SignedRequest], data: st.DataObject
) -> None:
    changed = change(signed.request, data)
    if canonical(changed) != canonical(signed.request):
        with pytest.raises((InvalidSignatureException, IncompleteSignatureException)):
            signed.verify(changed)


@given(SIGNED, st.data())
def test_each_character_of_the_signature_counts(signed: Signed, data: st.DataObject) -> None:
    place = data.draw(st.integers(min_value=0, max_value=63))
    digit = data.draw(st.sampled_from("0123456789abcdef"))

    (authorization,) = signed.request.values(b"authorization")
    start = authorization.index("Signature=") + len("Signature=") + place
    other = authorization[:start] + digit + authorization[start + 1 :]
    if other != authorization:
        headers = [*without(list(signed.request.headers), b"authorization"), (b"Authorization", other.encode())]
        with pytest.raises(InvalidSignatureException):
            signed.verify(replace(signed.request, headers=headers))


# ---- canonical forms, and anything at all ---------------------------------------------------------------------------


@given(QUERIES, HEADERS, BODIES)
def test_the_canonical_request_is_that_of_botocore(
    query: list[tuple[str, str]], headers: list[tuple[str, str]], body: bytes
) -> None:
    request = unsigned(query, headers, body)
    theirs = SigV4Auth(Credentials("k", "s"), "logs", "us-east-1")
    names = sorted({name.lower() for name, _ in theirs.headers_to_sign(request).items()})
    assert canonical_request(
        on_the_wire(request), names, sha256(body).hexdigest()
    ).decode() == theirs.canonical_request(request)


PARTS = st.lists(
    st.sampled_from(
        ["AWS4-HMAC-SHA256", "Credential=", "AKID/20260101/us-east-1/logs/aws4_request", "SignedHeaders=", "host"]
        + ["Signature=", "0" * 64, ",", " ", "=", ";", "X-Amz-Algorithm=", "&", "X-Amz-Date=20260101T000000Z", "é", "%"]
        + ["&X-Amz-Credential=", "&X-Amz-SignedHeaders=host", "&X-Amz-Signature=", "&X-Amz-Expires=9", "/"]
    ),
    max_size=14,
).map("".join)


@given(authorization=PARTS, query=PARTS, date=st.sampled_from(["20260101T000000Z", "", "é", "20269999T000000Z"]))
@example("AWS4-HMAC-SHA256 Credential=AKID/1/é/x/y,SignedHeaders=host;é,Signature=é", "", "20260101T000000Z")
def test_anything_else_is_refused_with_an_error_of_ours(authorization: str, query: str, date: str) -> None:
    request = SignedRequest(
        "POST",
        query.encode(),
        [(b"host", b"h"), (b"authorization", authorization.encode()), (b"x-amz-date", date.encode())],
        b"{}",
    )
    with pytest.raises(ERRORS) as caught:
        verify(request, {"AKID": "secret"}, "logs", 1_767_225_600_000)
    assert caught.value.message
