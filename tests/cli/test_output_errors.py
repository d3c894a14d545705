"""Standard streams that are full, closed or broken: one sentence or none, a status, and never a traceback."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from livetail import LiveTailEmulator
from livetail.scenarios import fixtures
from tests.cli.running import call_livetail

PRINTING: dict[str, Sequence[str]] = {
    "help": ["--help"],
    "version": ["put", "--version"],
    "env": ["env", "--endpoint", "{endpoint}"],
    "scenario": ["scenario", "check", str(fixtures.path("shop"))],
    "healthcheck": ["healthcheck", "--endpoint", "{endpoint}"],
    "match": ["match", "x", "{lines}"],
    "decode": ["decode", "{frames}"],
    "demo": ["demo", "--seconds", "1"],
    "sessions": ["sessions", "--watch", "--endpoint", "{endpoint}"],
    "fault": ["fault", "list", "--json", "--endpoint", "{endpoint}"],
    "reset": ["reset", "--endpoint", "{endpoint}"],
    "scenario list": ["scenario", "list"],
    "hosts": ["hosts"],
    "record": ["record", "{arn}", "--endpoint", "{endpoint}", "-o", "-", "--seconds", "0.5"],
}


@pytest.fixture(scope="module")
def emulator() -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator() as running:
        yield running


@pytest.fixture
def arguments(request: pytest.FixtureRequest, emulator: LiveTailEmulator, tmp_path: Path) -> list[str]:
    """The command line of this name, whose files have something that is printed."""
    lines, frames = tmp_path / "lines", tmp_path / "frames"
    lines.write_bytes(b"x\n")
    frames.write_bytes(bytes.fromhex("00000010 00000000 05c248eb 7d98c8ff".replace(" ", "")))
    emulator.put("/app", "s", ["x"])
    values = {
        "endpoint": emulator.endpoint_url,
        "arn": emulator.log_group_arn("/app"),
        "lines": lines,
        "frames": frames,
    }
    return [argument.format(**values) for argument in PRINTING[request.param]]


def shell(command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which `livetail "$@"` is the command with these arguments."""
    script = command.replace("LIVETAIL", f'{sys.executable} -m livetail "$@"')
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LIVETAIL_", "AWS_"))}
    return subprocess.run(
        ["bash", "-c", script, "bash", *arguments], capture_output=True, text=True, timeout=60, env=environment
    )


@pytest.mark.parametrize("arguments", PRINTING, indirect=True, ids=list(PRINTING))
def test_a_full_device_is_one_sentence(arguments: list[str]) -> None:
    run = call_livetail(*arguments, output_file="/dev/full")
    assert run.returncode in (1, 2)
    assert run.stderr.startswith("livetail: cannot write")
    assert "No space left on device" in run.stderr
    assert len(run.stderr.splitlines()) == 1


FEW = ["help", "match", "sessions"]
"""One that argparse prints, one that writes bytes, one that writes as time passes: `main` handles the errors of all."""


@pytest.mark.parametrize("arguments", FEW, indirect=True)
def test_a_closed_output_is_one_sentence(arguments: list[str]) -> None:
    run = shell("LIVETAIL >&-", *arguments)
    assert run.returncode in (1, 2)
    assert run.stderr.startswith("livetail: cannot write")
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [*FEW, "decode"], indirect=True)
def test_a_reader_that_has_gone_ends_the_command_quietly(arguments: list[str]) -> None:
    run = shell("LIVETAIL | true; exit ${PIPESTATUS[0]}", *arguments)
    assert run.stderr == ""
    assert run.returncode in (0, 1)


@pytest.mark.parametrize("arguments", ["env"], indirect=True)
def test_errors_that_cannot_be_printed_change_nothing(arguments: list[str]) -> None:
    assert shell("LIVETAIL > /dev/full 2> /dev/full", *arguments).returncode == 1
    assert shell("LIVETAIL 2>&-", *arguments).returncode == 0


@pytest.mark.parametrize("command", ["put --endpoint {endpoint} /g s", "match x", "decode"])
def test_a_closed_input_is_one_sentence(emulator: LiveTailEmulator, command: str) -> None:
    run = shell("LIVETAIL <&-", *command.format(endpoint=emulator.endpoint_url).split())
    assert run.returncode in (1, 2)
    assert run.stderr == "livetail: cannot read standard input: Bad file descriptor\n"


@pytest.mark.parametrize("timeout", ["inf", "nan", "0", "-1", "x"])
def test_a_timeout_is_a_number_of_seconds(timeout: str) -> None:
    run = call_livetail("healthcheck", "--wait", f"--timeout={timeout}")
    assert (run.returncode, len(run.stderr.splitlines())) == (2, 1)
    assert f"argument --timeout: {timeout!r} is not a number of seconds" in run.stderr


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://a..b",
        "http://a b",
        "http://x:99999",
        "http://x:y",
        "ftp://x",
        "nonsense",
        "http://[::1",
        "http://" + "a" * 70 + ".b",
    ],
)
def test_an_endpoint_that_cannot_be_one_is_wrong_usage(endpoint: str) -> None:
    run = call_livetail("healthcheck", "--endpoint", endpoint)
    assert run.returncode == 2
    assert run.stderr == f"livetail: --endpoint {endpoint!r} is not a URL such as http://127.0.0.1:4586\n"


@pytest.mark.parametrize(
    ("status", "reply"),
    [(200, b"[" * 100_000), (200, b"{}"), (400, b'{"__type": [], "error": {}}')],
    ids=["deep", "empty", "other types"],
)
@pytest.mark.parametrize("command", ["healthcheck", "put /g s", "sessions", "advance 1s", "fault list"])
def test_an_endpoint_that_replies_with_other_json(command: str, status: int, reply: bytes) -> None:
    with _replying(reply, status) as endpoint:
        run = call_livetail(*command.split(), "--endpoint", endpoint, given=b"x\n")
    assert run.returncode == 1
    assert len(run.stderr.splitlines()) == 1
    assert run.stderr.startswith("livetail: ")


@pytest.mark.parametrize("command", ["put /g s", "healthcheck"])
@pytest.mark.parametrize("delay_s", [0.06, 0.1, 0.15])
def test_an_interrupt_while_a_command_starts_prints_nothing(
    emulator: LiveTailEmulator, command: str, delay_s: float
) -> None:
    name, *others = command.split()
    with subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "livetail", name, "--endpoint", emulator.endpoint_url, *others],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        # Interrupted at the import of a module that is loaded while the command starts.
        wanted = {0.06: "argparse", 0.1: "livetail.cli", 0.15: "http.client"}[delay_s]
        imported = []
        for line in process.stderr:
            imported.append(line)
            if line.rstrip().endswith(wanted):
                process.send_signal(signal.SIGINT)
                break
        _, rest = process.communicate(timeout=30)
    assert "Traceback" not in rest
    assert process.returncode in (0, 130)


@contextlib.contextmanager
def _replying(body: bytes, status: int = 200) -> Iterator[str]:
    """A server that replies to everything with this status and body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
