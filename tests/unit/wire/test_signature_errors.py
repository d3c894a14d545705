"""The check of signatures: each error with its code, its status and its text, and the page that lists them."""

import re
from pathlib import Path

import pytest

from livetail.core.clock import MINUTE, SECOND
from livetail.core.errors import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    ServiceError,
    UnrecognizedClientException,
)
from livetail.wire.sigv4 import SignedRequest
from tests.unit.wire.signed_requests import (
    AT,
    DATE,
    EMPTY,
    HOST,
    KEY,
    VANILLA,
    build,
    verify,
)

PAGE = (Path(__file__).parents[3] / "docs" / "credentials.md").read_text(encoding="utf-8")


def refused(request: SignedRequest, now: int = AT) -> ServiceError:
    """The error that a request gets."""
    with pytest.raises(ServiceError) as caught:
        verify(request, now)
    assert caught.value.status == 400
    return caught.value


@pytest.mark.parametrize("fields", [[], [("Authorization", "")], [("Authorization", " ")]])
def test_a_request_that_is_not_signed(fields: list[tuple[str, str]]) -> None:
    error = refused(build("POST /", HOST, DATE, *fields))
    assert isinstance(error, MissingAuthenticationTokenException)
    assert error.code == "MissingAuthenticationTokenException"
    assert error.message == "Missing Authentication Token"


def test_a_presigned_request_is_not_signed() -> None:
    error = refused(
        build(
            "POST /?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-Date=d",
            HOST,
        )
    )
    assert isinstance(error, MissingAuthenticationTokenException)


CREDENTIAL = "Authorization header requires 'Credential' parameter. "
SIGNATURE = "Authorization header requires 'Signature' parameter. "
SIGNED_HEADERS = "Authorization header requires 'SignedHeaders' parameter. "
WHEN = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "


@pytest.mark.parametrize(
    ("authorization", "dated", "problems", "hashed"),
    [
        ("X", False, CREDENTIAL + SIGNATURE + SIGNED_HEADERS + WHEN, "S2irOEf+2n1sYsH7y+6/o16rc1HtXnj03a3qXfZLgBU="),
        ("Basic YTo=", True, CREDENTIAL + SIGNATURE + SIGNED_HEADERS, "Hx13D5st8hRrqMuVhudGK2YEFWL4jJmmBFlZX+rlC1Y="),
        (
            "AWS4- Signature=b, Credential=a",
            True,
            SIGNED_HEADERS,
            "rFddR/jSTQrwCg9X0INe5iFV+/5WTZB0fTvu9hPD6hc=",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=AKID",
            True,
            SIGNATURE + SIGNED_HEADERS,
            "SEF7GMbD13AWfkdd5bW6d3NjpnkyrSK+CCu/4AAb7KY=",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=",
            False,
            WHEN,
            "5Xd7x8Gcxzv/Tgv5e/Wdy4zURdpHojiS5pDv/e31VRE=",
        ),
    ],
)
def test_an_authorization_with_parts_missing(authorization: str, dated: bool, problems: str, hashed: str) -> None:
    fields = [HOST, ("Authorization", authorization)] + ([DATE] if dated else [])
    error = refused(build("POST /", *fields))
    assert isinstance(error, IncompleteSignatureException)
    assert error.code == "IncompleteSignatureException"
    assert error.message == f"{problems}(Hashed with SHA-256 and encoded with Base64) Authorization={hashed}"


@pytest.mark.parametrize(
    ("authorization", "hashed"),
    [
        ("Bearer null", "2z2aFMQQ4g2gxt523yUyShv6KDMJGsxQ+tYsuYyjm98="),
        ("Bearer undefined", "wAcC+FEOZEM9oG80IgcFlfzgWWuds2FIJRrS4t+Gdmw="),
        ("AWS4-HMAC-SHA256 Credential= AKID/20150830/us-east-1/logs/aws4_request", None),
    ],
)
def test_an_authorization_with_a_part_that_is_no_pair(authorization: str, hashed: str | None) -> None:
    error = refused(build("POST /", HOST, DATE, ("Authorization", authorization)))
    assert isinstance(error, IncompleteSignatureException)
    found = re.fullmatch(
        r"Invalid key=value pair \(missing equal-sign\) in Authorization header "
        r"\(hashed with SHA-256 and encoded with Base64\): '([A-Za-z0-9+/]{43}=)'\.",
        error.message or "",
    )
    assert found
    assert hashed in (None, found[1])


def authorized(
    credential: str = f"{KEY}/20150830/us-east-1/service/aws4_request",
    *,
    algorithm: str = "AWS4-HMAC-SHA256",
    signed: str = "host;x-amz-date",
    date: tuple[str, str] = DATE,
    signature: str = VANILLA.signature,
) -> SignedRequest:
    authorization = f"{algorithm} Credential={credential}, SignedHeaders={signed}, Signature={signature}"
    return build("POST /", HOST, date, ("Authorization", authorization))


@pytest.mark.parametrize(
    "date",
    [
        ("X-Amz-Date", "201"),
        ("X-Amz-Date", "2015-08-30T12:36:00Z"),
        ("X-Amz-Date", "20150230T123600Z"),
        ("X-Amz-Date", "20150830T246000Z"),
        ("X-Amz-Date", "20150830T123600"),
        ("Date", "Sun, 30 Aug 2015 12:36:00 GMT"),
    ],
)
def test_a_time_that_is_none(date: tuple[str, str]) -> None:
    error = refused(authorized(date=date))
    assert isinstance(error, IncompleteSignatureException)
    assert error.message == (
        f"Date must be in ISO-8601 'basic format'. Got '{date[1]}'. See http://en.wikipedia.org/wiki/ISO_8601"
    )


def test_a_signature_of_the_past() -> None:
    error = refused(VANILLA.request(), AT + 5 * MINUTE + SECOND)
    assert isinstance(error, InvalidSignatureException)
    assert error.code == "InvalidSignatureException"
    assert error.message == (
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)"
    )


def test_time_is_compared_to_the_millisecond_as_the_texts_of_aws_show() -> None:
    assert refused(VANILLA.request(), AT + 5 * MINUTE + 1).message == (
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123600Z (20150830T124100Z - 5 min.)"
    )


def test_a_signature_of_the_future() -> None:
    error = refused(VANILLA.request(), AT - 6 * MINUTE)
    assert isinstance(error, InvalidSignatureException)
    assert error.message == (
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123500Z (20150830T123000Z + 5 min.)"
    )


def test_the_authority_of_http_2_may_be_signed_instead_of_the_host() -> None:
    error = refused(authorized(signed=":authority;x-amz-date"))
    assert (error.message or "").startswith("The request signature we calculated does not match")


@pytest.mark.parametrize("signed", ["", "x-amz-date", "x-host;x-amz-date"])
def test_the_host_has_to_be_signed(signed: str) -> None:
    error = refused(authorized(signed=signed))
    assert isinstance(error, InvalidSignatureException)
    assert error.message == "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."


@pytest.mark.parametrize("algorithm", ["AWS4-ECDSA-P256-SHA256", "AWS4-HMAC-SHA512", "aws4-hmac-sha256"])
def test_another_algorithm(algorithm: str) -> None:
    text = f"Unsupported AWS 'algorithm': '{algorithm}' (only AWS4-HMAC-SHA256 for now). "
    error = refused(authorized(f"{KEY}/20150830/service/aws4_request", algorithm=algorithm))
    assert isinstance(error, IncompleteSignatureException)
    assert error.message == text


@pytest.mark.parametrize("credential", ["", KEY, "a/b/c/d", "a/b/c/d/e/f", "a/b/c//"])
def test_a_credential_of_another_number_of_parts(credential: str) -> None:
    error = refused(authorized(credential))
    assert isinstance(error, IncompleteSignatureException)
    assert error.message == (
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
        f"got '{credential}'"
    )


REGION = "Credential should be scoped to a valid region, not 'c'. "
SERVICE = "Credential should be scoped to correct service: 'service'. "
TERMINATOR = "Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. "
SCOPE_DATE = (
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
    "'b' != '20150830', from '20150830T123600Z'. "
)


@pytest.mark.parametrize(
    ("credential", "text"),
    [
        ("a/20150830/c/service/aws4_request", REGION),
        ("a/20150830//service/aws4_request", REGION.replace("'c'", "''")),
        ("a/20150830/us-east-1/d/aws4_request", SERVICE),
        ("a/20150830/us-east-1/service/e", TERMINATOR),
        ("a/b/us-east-1/service/aws4_request", SCOPE_DATE),
        ("a/b/c/d/e", REGION + SERVICE + TERMINATOR + SCOPE_DATE),
    ],
)
def test_a_credential_for_somewhere_else(credential: str, text: str) -> None:
    error = refused(authorized(credential))
    assert isinstance(error, InvalidSignatureException)
    assert error.message == text


@pytest.mark.parametrize("region", ["us-east-1", "ap-southeast-4", "us-gov-west-1", "cn-north-1", "eusc-de-east-1"])
def test_any_region_is_one_of_ours(region: str) -> None:
    error = refused(authorized(f"{KEY}/20150830/{region}/service/aws4_request", signature="0"))
    assert (error.message or "").startswith("The request signature we calculated does not match")


def test_an_unknown_key() -> None:
    error = refused(authorized("AKIDOTHER/20150830/us-east-1/service/aws4_request"))
    assert isinstance(error, UnrecognizedClientException)
    assert error.code == "UnrecognizedClientException"
    assert error.message == "The security token included in the request is invalid."


@pytest.mark.parametrize("signature", ["0" * 64, "", "é", VANILLA.signature.upper(), VANILLA.signature + "0"])
def test_the_error_of_a_wrong_signature_has_what_should_have_been_signed(signature: str) -> None:
    error = refused(authorized(signature=signature))
    assert isinstance(error, InvalidSignatureException)
    assert error.message == (
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details.\n"
        "\n"
        "The Canonical String for this request should have been\n"
        "'POST\n"
        "/\n"
        "\n"
        "host:example.amazonaws.com\n"
        "x-amz-date:20150830T123600Z\n"
        "\n"
        "host;x-amz-date\n"
        f"{EMPTY}'\n"
        "\n"
        "The String-to-Sign should have been\n"
        "'AWS4-HMAC-SHA256\n"
        "20150830T123600Z\n"
        "20150830/us-east-1/service/aws4_request\n"
        "553f88c9e4d10fc9e109e2aeb65f030801b70c2f6468faca261d401ae622fc87'\n"
    )


# ---- the documentation ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        MissingAuthenticationTokenException,
        IncompleteSignatureException,
        UnrecognizedClientException,
        InvalidSignatureException,
    ],
)
def test_the_page_lists_each_error(error: type[ServiceError]) -> None:
    assert f"| `{error.__name__}` | " in PAGE


@pytest.mark.parametrize(
    "text",
    [
        "Missing Authentication Token",
        CREDENTIAL.strip(),
        "(Hashed with SHA-256 and encoded with Base64) Authorization=",
        "Invalid key=value pair (missing equal-sign) in Authorization header "
        "(hashed with SHA-256 and encoded with Base64): '2z2aFMQQ4g2gxt523yUyShv6KDMJGsxQ+tYsuYyjm98='.",
        "Date must be in ISO-8601 'basic format'.",
        "Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z (20260101T001000Z - 5 min.)",
        "Signature not yet current: 20260101T001000Z is still later than 20260101T000500Z (20260101T000000Z + 5 min.)",
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now).",
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
        "got 'AKIDEXAMPLE'",
        "Credential should be scoped to a valid region, not ''.",
        "Credential should be scoped to correct service: 'logs'.",
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.",
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP",
        "The security token included in the request is invalid.",
        "The request signature we calculated does not match the signature you provided.",
    ],
)
def test_the_page_lists_each_text(text: str) -> None:
    assert text in PAGE
