"""Who may use the control plane.

A web page that someone visits must not be able to drive the emulator on their machine. Browsers tell where a script
came from (Origin), and a page that points its own name at 127.0.0.1 gives itself away by that name (Host). So a control
request is refused when its Origin is another than this server's own, or when its Host is a name that public DNS could
have pointed here.
"""

from collections.abc import Collection
from ipaddress import ip_address

__all__ = ["refusal"]


def refusal(host: str | None, origin: str | None, scheme: str, allowed_hosts: Collection[str]) -> str | None:
    """Why a control request is refused, in one sentence; None if it may pass.

    `host` and `origin` are the headers as they came; a request without Host comes from no browser.
    """
    if host is not None and not _is_local(_name_of(host), allowed_hosts):
        return f"the control plane does not answer to the host {host!r}; start the server with --allowed-host to add it"
    if origin is not None and origin.lower() != f"{scheme}://{(host or '').lower()}":
        return f"the control plane does not take requests from pages of {origin!r}"
    return None


def _name_of(host: str) -> str:
    """The name in a Host header, without the port, brackets and a final dot."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    name, separator, port = host.rpartition(":")
    return (name if separator and port.isdigit() else host).rstrip(".").lower()


def _is_local(name: str, allowed_hosts: Collection[str]) -> bool:
    if name in allowed_hosts or name == "host.docker.internal":
        return True
    if name and "." not in name and ":" not in name:
        return True  # a single label, such as localhost or the name of a container, is never in public DNS
    if name.endswith(".localhost"):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
