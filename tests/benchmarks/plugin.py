"""What the pytest plugin costs a run that does not use it: the aim is under 10 ms."""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.report import Row, show, spread

_TEST = "def test_nothing():\n    pass\n"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=20, metavar="N", help="plugin: runs of pytest with it and without")


def run(arguments: argparse.Namespace) -> None:
    with_it: list[float] = []
    without: list[float] = []
    environ = {
        **os.environ,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }  # other plugins cost more
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_nothing.py").write_text(_TEST)
        for number in range(arguments.runs + 1):
            for times, flags in ((with_it, ["-p", "livetail.testing.plugin"]), (without, [])):
                command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *flags, "test_nothing.py"]
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                subprocess.run(command, cwd=folder, env=environ, check=True, capture_output=True)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                if number:  # the first run fills the caches of the disk and of Python
                    times.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000)
    differences = [one - other for one, other in zip(with_it, without, strict=True)]
    show(
        "A run of pytest that does not use the plugin (null: without it)",
        [Row("CPU of one test that does nothing", "ms", with_it, without, "difference <= 10 ms")],
        [spread("difference", differences, "ms")],
    )
