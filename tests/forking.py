"""Processes of this Python that need not import the command and boto3, which takes longer than most commands run.

One process for each run of pytest, and for each worker of it, imports them. `Forked` is a `Popen` that makes a fork of
that process, with arguments, environment, folder and standard streams of its own. Tests of how Python starts and ends,
and of what is imported, need `subprocess.Popen`.
"""

import atexit
import contextlib
import fcntl
import gc
import inspect
import io
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

__all__ = ["Forked", "as_module", "run_forked", "stop"]

_ROOT: Final = Path(__file__).parents[1]
_NOT_IMPORTED: Final = ("livetail.__main__", "livetail.testing.plugin", "livetail.testing.container")


# ---- in the tests --------------------------------------------------------------------------------------------------


class Forked(subprocess.Popen[str]):
    """`Popen([sys.executable, ...])` as a fork, with `-m MODULE`, `-c PROGRAM` or a script.

    It takes `stdin`, `stdout`, `stderr`, `env`, `cwd` and `start_new_session`; its streams are of text.
    """

    def __init__(self, command: Sequence[str], **options: Any) -> None:
        super().__init__(command, **options | {"text": True})

    def _execute_child(self, *arguments: Any) -> None:
        signature = inspect.signature(subprocess.Popen._execute_child)  # type: ignore[attr-defined]
        given = signature.bind(self, *arguments).arguments
        python, *command = map(str, given["args"])
        assert python == sys.executable
        request = {
            "arguments": command,
            "environment": dict(os.environ if given["env"] is None else given["env"]),
            "folder": os.getcwd() if given["cwd"] is None else str(given["cwd"]),
            "new_session": given["start_new_session"],
        }
        theirs: list[int] = [given[name] for name in ("p2cread", "c2pwrite", "errwrite")]
        ours: list[int] = [given[name] for name in ("p2cwrite", "c2pread", "errread")]
        streams = [number if each == -1 else each for number, each in enumerate(theirs)]
        self._status_pipe, report = os.pipe()
        _, control, lock = _server()
        with lock:
            socket.send_fds(control, [json.dumps(request).encode() + b"\n"], [*streams, report])
            os.close(report)
            self.pid = int(self._report())
        self._child_created = True
        for stream, end in zip(theirs, ours, strict=True):
            if end != -1:  # they are the ends of a pipe that `Popen` has made
                os.close(stream)
        devnull: int | None = getattr(self, "_devnull", None)
        if devnull is not None:
            os.close(devnull)

    def _report(self) -> bytes:
        """The next line about the process: first its id, then its exit status."""
        line = b""
        while not line.endswith(b"\n"):
            read = os.read(self._status_pipe, 1)
            assert read, "the process that forks has ended"
            line += read
        return line

    def _internal_poll(self, *_: Any, **__: Any) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._wait(0)
        return self.returncode

    def _wait(self, timeout: float | None) -> int:
        if self.returncode is None:
            ready, _, _ = select.select([self._status_pipe], [], [], timeout)
            if not ready:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self.returncode = int(self._report())
            os.close(self._status_pipe)
        return self.returncode


def as_module(command: Sequence[str]) -> list[str]:
    """A command such as `livetail serve`, by the name of its module."""
    assert command[0] == "livetail"
    return [sys.executable, "-m", *command]


def run_forked(command: Sequence[str], given: str = "", **options: Any) -> subprocess.CompletedProcess[str]:
    """Run such a command to its end; `given` is its standard input."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with Forked(command, **pipes, **options) as process:
        try:
            output, errors = process.communicate(given, timeout=60)
        finally:
            process.kill()
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


@cache
def _server() -> tuple[subprocess.Popen[bytes], socket.socket, threading.Lock]:
    ours, theirs = socket.socketpair()
    program = f"from tests.forking import serve; serve({theirs.fileno()})"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LIVETAIL_", "AWS_"))}
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
        cwd=_ROOT,
        env=environment,
        start_new_session=True,
    )
    theirs.close()
    return process, ours, threading.Lock()


def stop() -> None:
    """End the process that forks; the time that its forks took is then that of this process's children."""
    if _server.cache_info().currsize:
        process, control, _ = _server()
        control.close()
        process.wait(10)
        _server.cache_clear()


# ---- in the process that forks -------------------------------------------------------------------------------------


def serve(control_number: int) -> None:
    """Import, then fork for each request until the tests end."""
    import boto3
    import pytest  # noqa: F401

    import livetail

    for module in pkgutil.walk_packages(livetail.__path__, "livetail."):
        if module.name not in _NOT_IMPORTED:
            __import__(module.name)
    boto3.Session(region_name="us-east-1").client("logs", aws_access_key_id="a", aws_secret_access_key="b").close()
    gc.collect()
    gc.freeze()
    reports: dict[int, int] = {}
    child_ended, wakeup = os.pipe2(os.O_NONBLOCK)
    signal.set_wakeup_fd(wakeup)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with socket.socket(fileno=control_number) as control:
        while True:
            ready, _, _ = select.select([control.fileno(), child_ended], [], [])
            if child_ended in ready:
                os.read(child_ended, 100)
                _report_ends(reports)
                continue
            line, streams, _, _ = socket.recv_fds(control, 1 << 16, 4)
            while line and not line.endswith(b"\n"):
                line += control.recv(1 << 16)
            if not line:
                return
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _become(json.loads(line), *streams[:3])
            reports[pid] = streams[3]
            os.write(streams[3], b"%d\n" % pid)
            for number in streams[:3]:
                os.close(number)


def _report_ends(reports: dict[int, int]) -> None:
    """Tell how the processes ended that have ended."""
    while reports:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with open(reports.pop(pid), "wb") as report, contextlib.suppress(BrokenPipeError):
            report.write(b"%d\n" % os.waitstatus_to_exitcode(status))


def _become(request: dict[str, Any], *streams: int) -> None:
    """Run what the request says as a Python that has just started would, and exit."""
    if request["new_session"]:
        os.setsid()
    for number, each in enumerate([fcntl.fcntl(each, fcntl.F_DUPFD, 3) for each in streams]):
        os.dup2(each, number)
    os.closerange(3, 256)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    write_through = "PYTHONUNBUFFERED" in os.environ
    sys.stdin = sys.__stdin__ = os.fdopen(0, closefd=False)  # type: ignore[misc]
    for name, number, errors in (("stdout", 1, "strict"), ("stderr", 2, "backslashreplace")):
        raw = os.fdopen(number, "wb", buffering=0 if write_through else -1, closefd=False)
        line_buffering = number == 2 or os.isatty(number)
        stream = io.TextIOWrapper(raw, errors=errors, line_buffering=line_buffering, write_through=write_through)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    if os.environ.get("PYTHONWARNINGS") == "error":
        warnings.simplefilter("error")
    os._exit(_run(request["arguments"]))


def _run(arguments: list[str]) -> int:
    try:
        if arguments[0] == "-m":
            sys.argv = arguments[1:]
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        elif arguments[0] == "-c":
            sys.argv = ["-c", *arguments[2:]]
            exec(compile(arguments[1], "<string>", "exec"), {"__name__": "__main__"})
        else:
            sys.argv = arguments
            runpy.run_path(arguments[0], run_name="__main__")
        status: Any = 0
    except SystemExit as end:
        status = end.code
    except BaseException:
        traceback.print_exc()
        status = 1
    if isinstance(status, str):
        sys.stderr.write(f"{status}\n")
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return status if isinstance(status, int) else int(status is not None)
