"""`livetail hosts`: the host names that SDKs look up if they cannot turn the host prefix off, and which resolve here.

SDKs send StartLiveTail to `stream-<host>`, before April 2026 to `streaming-<host>`. A program whose SDK cannot turn the
prefix off needs an endpoint whose name resolves to this machine, both with and without the prefix.
"""

import argparse
import ipaddress
import socket
import urllib.parse
from typing import Final

from livetail.cli.endpoint import add_endpoint_flag

_PREFIXES: Final = ("stream-", "streaming-")

_ENDPOINTS: Final = ("localhost", "logs.localhost")
"""Hosts of endpoints. Names below localhost resolve to this machine with systemd-resolved, on macOS and in browsers."""


def configure(parser: argparse.ArgumentParser) -> None:
    add_endpoint_flag(parser)
    parser.add_argument(
        "--check",
        action="store_true",
        help="look the names up, and print which endpoints an unmodified SDK can use; status 1 if none",
    )


def run(arguments: argparse.Namespace) -> int:
    names = [prefix + host for host in _ENDPOINTS for prefix in ("", *_PREFIXES)]
    if not arguments.check:
        print("# for /etc/hosts: with these names SDKs need no switch for the host prefix")
        print(f"127.0.0.1 {' '.join(name for name in names if name != 'localhost')}")
        return 0
    parts = urllib.parse.urlsplit(arguments.emulator.url)
    port = f":{parts.port}" if parts.port else ""
    usable = 0
    for host in _ENDPOINTS:
        found = {prefix: _address(prefix + host) for prefix in ("", *_PREFIXES)}
        works = all(map(_is_loopback, found.values()))
        usable += works
        print(f"{parts.scheme}://{host}{port}: {'works' if works else 'does not work'} with an unmodified SDK")
        for prefix, address in found.items():
            print(f"  {prefix + host:<28} {address or 'does not resolve'}")
    if parts.scheme == "http":
        print(f"HTTP_PROXY={arguments.emulator.url}: works without any name, for the SDKs that read it")
    if not usable:
        print("`livetail hosts` prints a line for /etc/hosts that makes them work; docs/sdks.md has other ways")
    return 0 if usable else 1


def _address(name: str) -> str | None:
    """The first address that a client gets for a name; None if there is none."""
    try:
        return str(socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError):
        return None


def _is_loopback(address: str | None) -> bool:
    return address is not None and ipaddress.ip_address(address.partition("%")[0]).is_loopback
