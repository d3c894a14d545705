"""`python -m livetail serve` in another process."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from livetail.testing.handle import LiveTail
from tests.processes import start_command
from tests.wire.sockets import TIMEOUT

__all__ = ["Command", "serving"]


@dataclass
class Command:
    """A running command; what it wrote to stderr is in `log` once it has ended."""

    process: "subprocess.Popen[str]"
    handle: LiveTail
    announced: list[str]
    port_file: Path
    log: str = ""

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, seconds: float) -> int:
        """Its exit status.

        Raises:
            TimeoutExpired: it has not ended in time.
        """
        _, self.log = self.process.communicate(timeout=seconds)
        return self.process.returncode


@contextmanager
def serving(folder: Path, *flags: str) -> Iterator[Command]:
    """A server on a free port, ready; it is killed if it still runs at the end."""
    port_file = folder / "port"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIVETAIL_")}
    process = start_command(
        [sys.executable, "-m", "livetail", "serve", "--port", "0", "--port-file", str(port_file), *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environment, "PYTHONWARNINGS": "error"},
    )
    try:
        yield _ready(process, port_file)
    finally:
        process.kill()
        process.communicate(timeout=TIMEOUT)


def _ready(process: "subprocess.Popen[str]", port_file: Path) -> Command:
    assert process.stdout is not None
    announced = [process.stdout.readline()]
    assert announced[0].startswith("Ready. "), process.communicate(timeout=TIMEOUT)
    while not announced[-1].startswith("# seed"):
        announced.append(process.stdout.readline())
        assert announced[-1], "the announcement is cut short"
    bundle = _exported(announced, "AWS_CA_BUNDLE")
    return Command(process, LiveTail(announced[0].split()[1], ca_bundle=bundle), announced, port_file)


def _exported(lines: Sequence[str], name: str) -> str | None:
    start = f"export {name}="
    return next((line.removeprefix(start).strip() for line in lines if line.startswith(start)), None)
