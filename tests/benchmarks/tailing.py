"""A load of tails on the emulator and then on the null application, whose frames are as large as the emulator's."""

import subprocess
import sys
from dataclasses import dataclass

import msgspec

from tests.benchmarks.raw_http import make_group
from tests.benchmarks.servers import REPOSITORY, Meter, Server, livetail, null_application
from tests.benchmarks.tail_client import Load, Reading


@dataclass(frozen=True, slots=True)
class Run:
    """One load on one server.

    Attributes:
        used: what the server used in the measured time.
        memory, peak_memory: its resident MiB at the end, and the most it ever had.
    """

    load: Load
    reading: Reading
    used: Meter
    memory: float
    peak_memory: float

    @property
    def share(self) -> float:
        """The share of a processor that the server took."""
        return self.used.cpu / self.load.seconds

    def lateness(self, share: float) -> float:
        """Milliseconds that this share of the updates were not later than."""
        values = self.reading.lateness
        return values[min(len(values) - 1, int(len(values) * share))]


def run_livetail(load: Load) -> Run:
    """The load, whose port and path do not matter, on a fresh emulator."""
    with livetail() as server:
        client = server.connect()
        make_group(client)
        client.close()
        return _run(server, load, "/")


def run_null(load: Load, frame_bytes: int) -> Run:
    """The load on a fresh null application."""
    with null_application(frame_bytes) as server:
        server.connect().close()
        return _run(server, load, "/tail")


def _run(server: Server, load: Load, path: str) -> Run:
    load = msgspec.structs.replace(load, port=server.port, path=path)
    command = [sys.executable, "-m", "tests.benchmarks.tail_client", msgspec.json.encode(load).decode()]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE) as client:
        assert client.stdout is not None
        try:
            client.stdout.readline()
            before = server.meter()
            client.stdout.readline()
            used = server.meter() - before
            memory, peak = server.resident_mib(), server.peak_resident_mib()
            last = client.stdout.readline()
        except BaseException:
            client.terminate()
            raise
    if not last:
        raise RuntimeError("the reader of the tails has failed")
    return Run(load, msgspec.json.decode(last, type=Reading), used, memory, peak)
