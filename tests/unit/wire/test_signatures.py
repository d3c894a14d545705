"""The check of signatures: what it accepts, first of all the requests that AWS published."""

from dataclasses import replace
from hashlib import sha256

import pytest

from livetail.core.clock import DAY, HOUR, MINUTE
from livetail.wire.canonical import SignedRequest, canonical_request, signature, string_to_sign
from livetail.wire.signatures import InvalidSignatureException
from tests.unit.wire.signed_requests import (
    AT,
    DATE,
    HOST,
    KEY,
    PRESIGNED,
    PRESIGNED_AT,
    SECRET,
    VANILLA,
    VECTORS,
    Vector,
    build,
    verify,
    verify_presigned,
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


@pytest.mark.parametrize(
    ("path", "published"),
    [
        ("/", "b27ccfbfa7df52a200ff74193ca6e32d4b48b8856fab7ebf1c595d0670a7e470"),
        ("/%20/foo", "2be9e587d1ee1f0fd02128724b86b4358ba3630d39f493b6e06610a19a50779e"),
    ],
)
def test_the_date_may_be_one_of_http_as_in_the_test_suite_of_2011(path: str, published: str) -> None:
    request = build(
        f"GET {path}",
        ("Date", "Mon, 09 Sep 2011 23:36:00 GMT"),
        ("Host", "host.foo.com"),
        (
            "Authorization",
            f"AWS4-HMAC-SHA256 Credential={KEY}/20110909/us-east-1/host/aws4_request, "
            f"SignedHeaders=date;host, Signature={published}",
        ),
    )
    assert verify(request, 1_315_611_360_000, "host") == KEY


@pytest.mark.parametrize("later", [-5 * MINUTE, 0, 12 * HOUR, DAY])
def test_a_presigned_request_is_good_from_its_time_until_it_expires(later: int) -> None:
    assert verify_presigned(PRESIGNED, PRESIGNED_AT + later) == "AKIAIOSFODNN7EXAMPLE"


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
