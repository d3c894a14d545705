"""The one command: `python -m tests.benchmarks [PART …]`."""

import argparse
import importlib
import os
import platform
import sys
from collections.abc import Sequence
from typing import Final

from tests.benchmarks.servers import raise_file_limit

PARTS: Final = {
    "start": "process start to the first response, and resident memory after it",
    "put": "server CPU for events put",
    "deliver": "server CPU for events delivered to a few tails",
    "thousand": "a thousand tails on one log group",
    "walks": "how many functions one action runs through",
    "plugin": "what the pytest plugin costs a run that does not use it",
    "patterns": "how many messages a second each kind of filter pattern looks at",
}
"""The parts, each a module of this package with `configure(parser)` and `run(arguments)`; only what runs is loaded."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="What the emulator costs, beside an application that does nothing on the same server.",
        epilog="; ".join(f"{name}: {text}" for name, text in PARTS.items()),
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; all without one")
    modules = {name: importlib.import_module(f"tests.benchmarks.{name}") for name in PARTS}
    for module in modules.values():
        module.configure(parser)
    arguments = parser.parse_args(argv)
    unknown = sorted(set(arguments.parts) - set(PARTS))
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}")
    raise_file_limit()
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} processors, "
        f"load {os.getloadavg()[0]:.2f} at the start; other work on this machine makes times worse, CPU time least"
    )
    for name in arguments.parts or PARTS:
        modules[name].run(arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
