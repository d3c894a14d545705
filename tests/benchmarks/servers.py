"""The servers under measurement, each a process of its own, and what the system knows about what they use."""

import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psutil

from tests.benchmarks.raw_http import Client

HOST: Final = "127.0.0.1"
REPOSITORY: Final = Path(__file__).parents[2]
_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Meter:
    """Seconds of processor time that a process has used, and seconds that it was ready to run and others ran instead.

    The second figure says how much a measurement of time is worth on a machine that is used by others as well.
    """

    cpu: float
    waited: float

    def __sub__(self, other: "Meter") -> "Meter":
        return Meter(self.cpu - other.cpu, self.waited - other.waited)


def read_meter(pid: int) -> Meter:
    """The meter of a process: to the nanosecond where Linux tells, else in ticks of 10 ms and without the waiting."""
    try:
        tasks = [task.read_text().split() for task in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    except FileNotFoundError:
        tasks = []
    if not tasks:
        times = psutil.Process(pid).cpu_times()
        return Meter(times.user + times.system, 0.0)
    return Meter(*(sum(int(task[column]) for task in tasks) / 1e9 for column in (0, 1)))


class Server:
    """A server process; a context manager that ends it.

    Attributes:
        port: where it listens, on `HOST`.
        started_at: `time.perf_counter()` just before the process was made.
    """

    def __init__(self, command: Sequence[str], port: int) -> None:
        self.port = port
        self.started_at = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._usage = psutil.Process(self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(10)

    def connect(self) -> Client:
        """A client of it, as soon as it listens.

        Raises:
            RuntimeError: the process has ended.
        """
        while True:
            try:
                return Client.to(HOST, self.port)
            except ConnectionRefusedError:
                if self._process.poll() is not None:
                    raise RuntimeError(f"{self._process.args!r} ended with {self._process.returncode}") from None
                time.sleep(0.001)

    def meter(self) -> Meter:
        """What it has used so far."""
        return read_meter(self._process.pid)

    def resident_mib(self) -> float:
        """Its resident memory now."""
        return float(self._usage.memory_info().rss) / _MIB

    def peak_resident_mib(self) -> float:
        """The most resident memory that it ever had; what it has now where the system does not tell."""
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except FileNotFoundError:
            return self.resident_mib()
        (kib,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(kib) / 1024


def _environment() -> dict[str, str]:
    """This process's environment, in which Python keeps compiled modules, as it does for a package that is installed.

    Where it is told not to, or cannot write, each start would compile all that it imports.
    """
    environment = dict(os.environ, PYTHONPYCACHEPREFIX=os.path.join(tempfile.gettempdir(), "livetail-benchmarks"))
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def livetail(*flags: str) -> Server:
    """`livetail serve` with the real clock and without a limit to the sessions."""
    port = _free_port()
    command = [sys.executable, "-m", "livetail", "serve", "--port", str(port), "--log-level", "warning"]
    return Server([*command, "--max-sessions", "0", *flags], port)


def null_application(frame_bytes: int = 0) -> Server:
    """The application that does nothing, on the same runner; its tails get a frame of that size each second."""
    port = _free_port()
    return Server([sys.executable, "-m", "tests.benchmarks.null_application", str(port), str(frame_bytes)], port)


def _free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def raise_file_limit() -> None:
    """Let this process and its children open as many files as the system allows: each tail is one, at both ends."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
