"""Signed requests that AWS published, for tests of the check: those of its SigV4 test suite with the path `/`."""

from dataclasses import dataclass

from livetail.wire import sigv4
from livetail.wire.sigv4 import SignedRequest

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
AT = 1_440_938_160_000  # 2015-08-30T12:36:00Z
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
HOST = ("Host", "example.amazonaws.com")
DATE = ("X-Amz-Date", "20150830T123600Z")
TOKEN = (
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7"
    "mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d"
    "+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
)
UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Vector:
    """A request of the SigV4 test suite (service "service"), and the signature that AWS published for it."""

    name: str
    target: str
    headers: tuple[tuple[str, str], ...]
    signed: str
    signature: str
    body: str = ""

    def request(self) -> SignedRequest:
        authorization = (
            f"AWS4-HMAC-SHA256 Credential={KEY}/20150830/us-east-1/service/aws4_request, "
            f"SignedHeaders={self.signed}, Signature={self.signature}"
        )
        return build(self.target, *self.headers, ("Authorization", authorization), body=self.body)


def build(target: str, *headers: tuple[str, str], body: str = "") -> SignedRequest:
    """A request of a target such as `POST /?a=b`."""
    method, _, target = target.partition(" ")
    query = target.partition("?")[2]
    fields = [(name.encode(), value.encode()) for name, value in headers]
    return SignedRequest(method, query.encode(), fields, body.encode())


FORM = ("Content-Type", "application/x-www-form-urlencoded")
MINE = "My-Header1"

VECTORS = (
    Vector(
        "get-vanilla",
        "GET /",
        (HOST, DATE),
        "host;x-amz-date",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    Vector(
        "get-vanilla-query-order-key-case",
        "GET /?Param2=value2&Param1=value1",
        (HOST, DATE),
        "host;x-amz-date",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    Vector(
        "get-vanilla-query-order-value",
        "GET /?Param1=value2&Param1=value1",
        (HOST, DATE),
        "host;x-amz-date",
        "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694",
    ),
    Vector(
        "get-vanilla-query-unreserved",
        f"GET /?{UNRESERVED}={UNRESERVED}",
        (HOST, DATE),
        "host;x-amz-date",
        "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
    ),
    Vector(
        "get-vanilla-utf8-query",
        "GET /?ሴ=bar",
        (HOST, DATE),
        "host;x-amz-date",
        "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
    ),
    Vector(
        "get-header-key-duplicate",
        "GET /",
        (HOST, (MINE, "value2"), (MINE, "value2"), (MINE, "value1"), DATE),
        "host;my-header1;x-amz-date",
        "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
    ),
    Vector(
        "get-header-value-order",
        "GET /",
        (HOST, (MINE, "value4"), (MINE, "value1"), (MINE, "value3"), (MINE, "value2"), DATE),
        "host;my-header1;x-amz-date",
        "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
    ),
    Vector(
        "get-header-value-multiline",
        "GET /",
        (HOST, (MINE, "value1\r\n  value2\r\n     value3"), DATE),
        "host;my-header1;x-amz-date",
        "cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd",
    ),
    Vector(
        "get-header-value-trim",
        "GET /",
        (HOST, (MINE, " value1"), ("My-Header2", ' "a   b   c"'), DATE),
        "host;my-header1;my-header2;x-amz-date",
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    Vector(
        "post-vanilla",
        "POST /",
        (HOST, DATE),
        "host;x-amz-date",
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ),
    Vector(
        "post-vanilla-query",
        "POST /?Param1=value1",
        (HOST, DATE),
        "host;x-amz-date",
        "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
    ),
    Vector(
        "post-header-key-sort",
        "POST /",
        (HOST, (MINE, "value1"), DATE),
        "host;my-header1;x-amz-date",
        "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
    ),
    Vector(
        "post-header-value-case",
        "POST /",
        (HOST, (MINE, "VALUE1"), DATE),
        "host;my-header1;x-amz-date",
        "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
    ),
    Vector(
        "post-x-www-form-urlencoded",
        "POST /",
        (HOST, FORM, DATE),
        "content-type;host;x-amz-date",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        body="Param1=value1",
    ),
    Vector(
        "post-sts-header-before",
        "POST /",
        (HOST, DATE, ("X-Amz-Security-Token", TOKEN)),
        "host;x-amz-date;x-amz-security-token",
        "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
    ),
    Vector(
        "post-sts-header-after",
        "POST /",
        (HOST, DATE, ("X-Amz-Security-Token", TOKEN)),
        "host;x-amz-date",
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ),
)
VANILLA = next(vector for vector in VECTORS if vector.name == "post-vanilla")


def verify(request: SignedRequest, now: int = AT, service: str = "service", secret: str = SECRET) -> str:
    """Check a request of the test suite, at its time if no other is given."""
    return sigv4.verify(request, {KEY: secret}, service, now)
