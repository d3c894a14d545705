"""Which web pages may use the server.

The control plane is only for pages of this server: other pages that someone visits must not be able to use it on their
machine. Browsers send the origin of the page in `Origin`. A page can avoid that check: it gives its own name the
address 127.0.0.1 (DNS rebinding), and then that name is in `Host`. So a request is refused when its Origin is not the
origin of this server, or when its Host is a name that could be in public DNS.

The AWS API is for pages on this machine, and those of the origins that `--allowed-origin` names. The service allows all
(aws-sdk for JavaScript v2 has `"cors": true` for it). Starlette's CORSMiddleware would add work to every response, also
without an Origin, and cannot name the flag when it refuses. https://fetch.spec.whatwg.org/#http-cors-protocol
"""

import re
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from typing import Final

from livetail.wire.awsjson import AwsResponse

_HOST = re.compile(r"(?:\[(?P<address>[^][]+)\]|(?P<name>[a-z0-9._-]+))(?::[0-9]*)?", re.IGNORECASE | re.ASCII)
_LOCAL = re.compile(r"https?://(?:(?:[a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?", re.ASCII)

_EXPOSED: Final = b"x-amzn-RequestId, x-amzn-ErrorType, Date"

_MAX_AGE_S: Final = b"7200"
"""How long a browser may keep the response to a preflight; the maximum in Chromium."""


def refusal(host: str | None, origin: str | None, scheme: str, allowed_hosts: Collection[str]) -> str | None:
    """Why a control request is refused, in one sentence; None if it is accepted.

    `host` and `origin` are the headers as received; a request without Host is not from a browser.
    """
    if host is not None and not _is_local(host, allowed_hosts):
        return f"the control plane does not accept the host {host!r}; start the server with --allowed-host to add it"
    if origin is not None and (host is None or origin.lower() != f"{scheme}://{host.lower()}"):
        return f"the control plane does not accept requests from pages of {origin!r}"
    return None


def _is_local(host: str, allowed_hosts: Collection[str]) -> bool:
    """Whether the host cannot be a name in public DNS, or is an allowed host."""
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name = _plain(found["address"] or found["name"])
    if found["address"] is None and (
        "." not in name  # a single label, such as localhost or the name of a container, is never in public DNS
        or name.endswith(".localhost")
        or name == "host.docker.internal"
        or name in map(_plain, allowed_hosts)
    ):
        return bool(name)
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def granted_origin(origin: str, allowed_origins: Collection[str]) -> str | None:
    """The origin of the page that sent a request, if that page may read the response; else None."""
    return origin if origin in allowed_origins or _LOCAL.fullmatch(origin.lower()) else None


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request is the preflight of a browser."""
    return method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers


def response_headers(origin: str) -> list[tuple[bytes, bytes]]:
    """The headers of a response that let a page of this origin read it."""
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", _EXPOSED),
        (b"vary", b"Origin"),
    ]


def preflight_response(origin: str | None, headers: Mapping[str, str]) -> AwsResponse:
    """The response to a preflight; `origin` is None if its pages may not call the API.

    Every header is allowed, since a new SDK may send new ones.
    """
    if origin is None:
        return AwsResponse(403, "text/plain", b"Pages of this origin may not call the API: see --allowed-origin.\n")
    granted = [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-max-age", _MAX_AGE_S),
        (b"vary", b"Origin, Access-Control-Request-Headers"),
    ]
    if asked := headers.get("access-control-request-headers"):
        granted.append((b"access-control-allow-headers", asked.encode("latin-1")))
    if headers.get("access-control-request-private-network") == "true":
        granted.append((b"access-control-allow-private-network", b"true"))
    return AwsResponse(200, "text/plain", b"", tuple(granted))
