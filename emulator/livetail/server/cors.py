"""Cross-origin requests to the AWS API: which web pages may call it and read its responses.

The service allows them (aws-sdk for JavaScript v2 has `"cors": true` for it). Here only pages on this machine may, and
those of the origins that `--allowed-origin` names, not any page that somebody visits. Starlette's CORSMiddleware would
add work to every response, also where there is no Origin, and cannot name the flag in its refusal.
https://fetch.spec.whatwg.org/#http-cors-protocol
"""

import re
from collections.abc import Collection, Mapping
from typing import Final

_LOCAL = re.compile(r"https?://(?:(?:[a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?", re.ASCII)

_EXPOSED: Final = b"x-amzn-RequestId, x-amzn-ErrorType, Date"

_MAX_AGE_S: Final = b"7200"
"""How long a browser may keep the response to a preflight; Chromium keeps none longer."""

Headers = list[tuple[bytes, bytes]]


def granted_origin(origin: str, allowed_origins: Collection[str]) -> str | None:
    """The origin of the page that sent a request, if that page may read the response; else None."""
    return origin if origin in allowed_origins or _LOCAL.fullmatch(origin.lower()) else None


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a browser asks if a page may send a request."""
    return method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers


def response_headers(origin: str) -> Headers:
    """The headers of a response that let a page of this origin read it."""
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", _EXPOSED),
        (b"vary", b"Origin"),
    ]


def preflight_headers(origin: str, headers: Mapping[str, str]) -> Headers:
    """The headers of the response to a preflight. Every header is allowed, since a new SDK may send new ones."""
    granted = [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-max-age", _MAX_AGE_S),
        (b"vary", b"Origin, Access-Control-Request-Headers"),
    ]
    asked = headers.get("access-control-request-headers")
    if asked:
        granted.append((b"access-control-allow-headers", asked.encode("latin-1")))
    if headers.get("access-control-request-private-network") == "true":
        granted.append((b"access-control-allow-private-network", b"true"))
    return granted
