"""`livetail serve` as a process: what it says when it is ready, and how it fails."""

import signal
import sys
from pathlib import Path

import pytest

from tests.processes import run_command
from tests.wire.commands import serving
from tests.wire.http1 import Http1
from tests.wire.sockets import TIMEOUT, address_of


def test_ready(tmp_path: Path) -> None:
    with serving(tmp_path, "--seed", "7") as command:
        host, port = address_of(command.handle)
        assert command.port_file.read_text() == f"{port}\n"
        assert list(tmp_path.iterdir()) == [command.port_file]
        assert command.announced[0] == f"Ready. http://{host}:{port}\n"
        assert f"export AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=http://{host}:{port}\n" in command.announced
        with Http1(command.handle) as client:
            assert client.ask().json["status"] == "ok"
        command.signal(signal.SIGTERM)
        assert command.wait(TIMEOUT) == 0
        assert command.log == ""


def test_tls_with_a_throw_away_ca(tmp_path: Path) -> None:
    with serving(tmp_path, "--tls") as command:
        assert command.handle.endpoint_url.startswith("https://")
        with Http1(command.handle) as client:
            assert client.ask().status == 200


@pytest.mark.parametrize(
    "flags",
    [
        ["--certfile", "{folder}/garbage", "--keyfile", "{folder}/garbage"],
        ["--host", "192.0.2.1"],
        ["--scenario", "{folder}/garbage"],
    ],
    ids=" ".join,
)
def test_failed_start_is_one_line(tmp_path: Path, flags: list[str]) -> None:
    (tmp_path / "garbage").write_text("neither a certificate nor a scenario")
    words = [word.format(folder=tmp_path) for word in flags]
    ended = run_command([sys.executable, "-m", "livetail", "serve", "--port", "0", *words])
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("livetail: ") and ended.stderr.count("\n") == 1
