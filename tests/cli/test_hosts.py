"""`livetail hosts`: the names that SDKs look up, and which resolve on this machine."""

import socket

import pytest

from livetail.cli import main
from tests.cli.running import call_livetail

NAMES = {
    "stream-localhost",
    "streaming-localhost",
    "logs.localhost",
    "stream-logs.localhost",
    "streaming-logs.localhost",
}


def test_the_line_for_the_hosts_file() -> None:
    run = call_livetail("hosts")
    comment, line = run.stdout.splitlines()
    address, *names = line.split()
    assert (run.returncode, comment[0], address, set(names)) == (0, "#", "127.0.0.1", NAMES)


def test_check_says_what_this_machine_resolves() -> None:
    run = call_livetail("hosts", "--check", "--endpoint", "http://127.0.0.1:5000")
    shown = dict(line.split(maxsplit=1) for line in run.stdout.splitlines() if line.startswith("  "))
    assert shown.keys() == NAMES | {"localhost"}
    assert shown["localhost"] in ("127.0.0.1", "::1")
    assert "HTTP_PROXY=http://127.0.0.1:5000: works" in run.stdout
    assert (run.returncode == 0) is (": works with an unmodified SDK" in run.stdout)


@pytest.mark.parametrize(
    ("missing", "works"), [("", ["localhost", "logs.localhost"]), ("stream-l", []), (".", ["localhost"])]
)
def test_an_endpoint_works_if_all_its_names_resolve(
    missing: str, works: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a resolver that has the entries of a hosts file, since a test cannot write that file."""

    def resolve(name: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        if missing and missing in name:
            raise socket.gaierror
        return [(None, None, None, None, ("127.0.0.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert main(["hosts", "--check"]) == (0 if works else 1)
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if line.endswith(": works with an unmodified SDK")] == [
        f"http://{host}:4586: works with an unmodified SDK" for host in works
    ]
