"""The check of signatures: what it accepts, first of all the requests that AWS published."""

from dataclasses import replace
from hashlib import sha256

import pytest

from livetail.core.clock import MINUTE
from livetail.core.errors import InvalidSignatureException
from livetail.wire.sigv4 import (
    SignedRequest,
    basic_time,
    canonical_request,
    parse_basic_time,
    signature,
    string_to_sign,
)
from tests.unit.wire.signed_requests import (
    AT,
    DATE,
    EMPTY,
    HOST,
    KEY,
    SECRET,
    VANILLA,
    VECTORS,
    Vector,
    build,
    verify,
)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_a_request_of_the_test_suite_is_accepted(vector: Vector) -> None:
    assert verify(vector.request()) == KEY


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_a_request_of_the_test_suite_is_refused_for_another_secret(vector: Vector) -> None:
    with pytest.raises(InvalidSignatureException):
        verify(vector.request(), secret="secret")


def test_the_example_of_the_documentation_is_accepted() -> None:
    request = build(
        "GET /?Action=ListUsers&Version=2010-05-08",
        ("Host", "iam.amazonaws.com"),
        ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
        DATE,
        (
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
        ),
    )
    assert verify(request, service="iam") == KEY


@pytest.mark.parametrize("skew", [-5 * MINUTE, -1, 0, 1, 5 * MINUTE])
def test_the_clocks_may_differ_by_five_minutes(skew: int) -> None:
    assert verify(VANILLA.request(), AT + skew) == KEY


def test_headers_that_were_not_signed_may_come_and_go() -> None:
    request = VANILLA.request()
    for extra in ("X-Forwarded-For", "X-Amzn-Trace-Id", "Via", "X-Amz-Cf-Id", "Content-Type"):
        fields = [*request.headers, (extra.encode(), b"a proxy's")]
        assert verify(replace(request, headers=fields)) == KEY


def test_the_order_and_the_case_of_header_names_do_not_matter() -> None:
    request = VANILLA.request()
    fields = [(name.lower(), value) for name, value in reversed(request.headers)]
    assert verify(replace(request, headers=fields)) == KEY


def test_parts_of_the_authorization_may_stand_in_any_order_without_blanks() -> None:
    request = build(
        "POST /",
        HOST,
        DATE,
        (
            "Authorization",
            f"AWS4-HMAC-SHA256 Signature={VANILLA.signature},SignedHeaders=Host;X-Amz-Date,"
            f"Credential={KEY}/20150830/us-east-1/service/aws4_request/",
        ),
    )
    assert verify(request) == KEY


def test_the_names_of_the_signed_headers_may_stand_in_any_order() -> None:
    """They are sorted, as the canonical request has them."""
    request = VANILLA.request()
    fields = [(name, value.replace(b"host;x-amz-date", b"x-amz-date;host")) for name, value in request.headers]
    assert verify(replace(request, headers=fields)) == KEY


# ---- bodies --------------------------------------------------------------------------------------------------------


def unsigned_payload(*, signed: bool) -> SignedRequest:
    """A request signed for any body, which says so in a header that is signed as well, or is not."""
    names = ["host", "x-amz-content-sha256", "x-amz-date"] if signed else ["host", "x-amz-date"]
    bare = build("POST /", HOST, DATE, ("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"), body="any")
    scope = "20150830/us-east-1/service/aws4_request"
    made = signature(SECRET, scope, string_to_sign(AT, scope, canonical_request(bare, names, "UNSIGNED-PAYLOAD")))
    authorization = f"AWS4-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders={';'.join(names)}, Signature={made}"
    return replace(bare, headers=[*bare.headers, (b"Authorization", authorization.encode())])


def test_a_body_may_be_left_unsigned_where_a_signed_header_says_so() -> None:
    request = unsigned_payload(signed=True)
    assert verify(request) == KEY
    assert verify(replace(request, body=b"another")) == KEY
    with pytest.raises(InvalidSignatureException):
        verify(unsigned_payload(signed=False))


def test_a_body_is_hashed_whatever_an_unsigned_header_says() -> None:
    fields = [*VANILLA.request().headers, (b"X-Amz-Content-Sha256", b"UNSIGNED-PAYLOAD")]
    request = replace(VANILLA.request(), headers=fields)
    assert verify(request) == KEY
    with pytest.raises(InvalidSignatureException, match=f"\n{sha256(b'tampered').hexdigest()}'\n"):
        verify(replace(request, body=b"tampered"))


# ---- the canonical request -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("b&a=&&c=1=2", "a=&b=&c=1%3D2"),
        ("a=x+y&a=%7e%2f", "a=x%20y&a=~%2F"),
        ("A=1&a=1&A1=0&A-=0", "A=1&A-=0&A1=0&a=1"),
    ],
)
def test_queries(query: str, canonical: str) -> None:
    request = build(f"POST /?{query}", HOST)
    assert canonical_request(request, ["host"], EMPTY).split(b"\n")[2] == canonical.encode()


def test_a_signed_header_that_is_not_there_is_not_one_that_is_empty() -> None:
    absent = canonical_request(build("POST /", HOST), ("host", "x-a"), EMPTY)
    empty = canonical_request(build("POST /", HOST, ("X-A", " ")), ("host", "x-a"), EMPTY)
    assert absent == f"POST\n/\n\nhost:{HOST[1]}\n\nhost;x-a\n{EMPTY}".encode()
    assert empty == f"POST\n/\n\nhost:{HOST[1]}\nx-a:\n\nhost;x-a\n{EMPTY}".encode()


def test_the_authority_of_http_2_is_the_host() -> None:
    canonical = canonical_request(build("POST /", HOST), (":authority",), EMPTY)
    assert canonical == f"POST\n/\n\n:authority:{HOST[1]}\n\n:authority\n{EMPTY}".encode()


def test_times() -> None:
    assert parse_basic_time("20150830T123600Z") == AT
    assert basic_time(AT + 999) == "20150830T123600Z"
