"""Runs the command in another process, or its function in this one, which takes a tenth of the time."""

import io
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from livetail.cli import main
from livetail.cli.command_parser import make_parser
from livetail.server.runner import ServerThread
from livetail.server.server import Server
from livetail.settings import FLAGS, Settings
from tests.processes import start_command

__all__ = ["call_livetail", "run_livetail", "serving", "serving_here"]


def _environment(variables: Mapping[str, str] | None) -> dict[str, str]:
    """The environment of this process without what would change the command, or hide that it does not flush."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIVETAIL_", "AWS_"))}
    kept.pop("PYTHONUNBUFFERED", None)
    return kept | dict(variables or {})


def run_livetail(
    *arguments: str | Path, given: bytes = b"", variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `livetail` to its end; `given` is its standard input."""
    command, environment = [sys.executable, "-m", "livetail", *map(str, arguments)], _environment(variables)
    run = subprocess.run(command, input=given, capture_output=True, env=environment, timeout=60, check=False)
    return subprocess.CompletedProcess(run.args, run.returncode, run.stdout.decode(), run.stderr.decode())


def call_livetail(
    *arguments: str | Path,
    given: bytes = b"",
    variables: Mapping[str, str] | None = None,
    output_file: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Call what `livetail` calls, in this process: for commands that do not wait for signals.

    What processes write that the command starts is not in the result, nor what is written to `output_file`.
    """
    command = [str(argument) for argument in arguments]
    printed, errors = io.BytesIO(), io.BytesIO()
    output = io.BufferedWriter(io.FileIO(output_file, "w")) if output_file is not None else printed
    with (
        io.TextIOWrapper(output, encoding="utf-8") as stdout,
        io.TextIOWrapper(errors, encoding="utf-8") as stderr,
        patch.dict(os.environ, _environment(variables), clear=True),
        patch.multiple(sys, argv=["livetail", *command], stdout=stdout, stderr=stderr),
        _standard_input(given),
        _signals_and_logging(),
    ):
        status = main()
        stderr.flush()
        return subprocess.CompletedProcess(command, status, printed.getvalue().decode(), errors.getvalue().decode())


@contextmanager
def _standard_input(given: bytes) -> Iterator[None]:
    """Let descriptor 0, which commands read without Python's buffers, be a file of these bytes."""
    before = os.dup(0)
    with tempfile.TemporaryFile() as file:
        file.write(given)
        file.seek(0)
        os.dup2(file.fileno(), 0)
        try:
            with open(0, closefd=False) as stream, patch.object(sys, "stdin", stream):
                yield
        finally:
            os.dup2(before, 0)
            os.close(before)


@contextmanager
def _signals_and_logging() -> Iterator[None]:
    """Restore what `serve` and `exec` set for their whole process."""
    numbers = (*(signal.SIGINT, signal.SIGTERM, signal.SIGHUP), *(signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2))
    handlers = {number: signal.getsignal(number) for number in numbers}
    root, ours = logging.getLogger(), logging.getLogger("livetail")
    root_level, root_handlers, our_level = root.level, root.handlers[:], ours.level
    with patch.multiple(logging, logThreads=True, logProcesses=True, logMultiprocessing=True):
        try:
            yield
        finally:
            logging.captureWarnings(False)
            root.setLevel(root_level)
            root.handlers = root_handlers
            ours.setLevel(our_level)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            assert not signal.pthread_sigmask(signal.SIG_BLOCK, ()), "a server in this thread would end this process"


@contextmanager
def serving(
    *arguments: str, variables: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """`livetail serve` on a free port, with the lines that it printed up to the last one of its greeting."""
    process = start_command(
        [sys.executable, "-m", "livetail", "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(variables),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith(("# seed", "{")):
                break
        assert lines, process.stderr.read()
        yield process, lines
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
        process.stderr.close()


@contextmanager
def serving_here(*arguments: str, variables: Mapping[str, str] | None = None) -> Iterator[Server]:
    """The server that `livetail serve` with these arguments starts, on a free port in a thread of this process."""
    parsed = make_parser(("serve",)).parse_args(["serve", *arguments])
    given = {flag.field: getattr(parsed, flag.field) for flag in FLAGS}
    server = Server(Settings.resolve(given, {**_environment(variables), "LIVETAIL_PORT": "0"}))
    thread = ServerThread(server)
    thread.start()
    try:
        yield server
    finally:
        thread.stop()
