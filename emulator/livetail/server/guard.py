"""Who may use the control plane.

A web page that someone visits must not be able to use the control plane on their machine. Browsers send the origin of
the page in `Origin`. A page can avoid that check: it gives its own name the address 127.0.0.1 (DNS rebinding), and then
that name is in `Host`. So a request is refused when its Origin is not the origin of this server, or when its Host is a
name that could be in public DNS.
"""

import re
from collections.abc import Collection
from ipaddress import ip_address

_HOST = re.compile(r"(?:\[(?P<address>[^][]+)\]|(?P<name>[a-z0-9._-]+))(?::[0-9]*)?", re.IGNORECASE | re.ASCII)


def refusal(host: str | None, origin: str | None, scheme: str, allowed_hosts: Collection[str]) -> str | None:
    """Why a control request is refused, in one sentence; None if it is accepted.

    `host` and `origin` are the headers as they came; a request without Host comes from no browser.
    """
    if host is not None and not _is_local(host, allowed_hosts):
        return f"the control plane does not accept the host {host!r}; start the server with --allowed-host to add it"
    if origin is not None and (host is None or origin.lower() != f"{scheme}://{host.lower()}"):
        return f"the control plane does not accept requests from pages of {origin!r}"
    return None


def _is_local(host: str, allowed_hosts: Collection[str]) -> bool:
    """Whether the host cannot be a name in public DNS, or is allowed all the same."""
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
