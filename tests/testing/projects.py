"""Runs pytest on a project of its own, as a user of the plugin would."""

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

import livetail
from tests.processes import run_command

__all__ = ["LIKE_A_USER", "WITHOUT_WORKERS", "run_pytest", "run_pytest_here", "sentences", "suite"]

LIKE_A_USER: Final = (
    *("-W", "error", "--strict-config", "--strict-markers"),
    *("-p", "no:cacheprovider", "-p", "no:anyio", "-p", "no:hypothesispytest", "-p", "no:pytest_cov"),
    *("-p", "no:schemathesis", "-p", "no:time_machine", "-p", "no:timeout"),
)
"""As strict as pytest can be, and without the plugins of this project's own tests: to import them takes half a run."""

WITHOUT_WORKERS: Final = ("-p", "no:xdist", "-p", "no:xdist.looponfail")

# pytester undoes the imports of a run in this process. What an emulator imports when it needs it is imported before,
# since a module that is imported twice has other classes, and to import boto3 for each run takes most of its time.
for name in ("boto3", *(module.name for module in pkgutil.walk_packages(livetail.__path__, "livetail."))):
    if not name.endswith("__main__"):
        importlib.import_module(name)


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest on a folder, in a process of its own."""
    workers = () if "-n" in arguments else WITHOUT_WORKERS
    command = [sys.executable, "-m", "pytest", "-q", *LIKE_A_USER, *workers, *arguments]
    return run_command(command, cwd=folder)


def run_pytest_here(pytester: pytest.Pytester, *arguments: str, **files: str) -> pytest.RunResult:
    """Run pytest on Python files, by their names without `.py`, in this process, which takes a fifth of the time."""
    pytester.makepyfile(**files)
    return pytester.runpytest_inprocess("-q", *LIKE_A_USER, *WITHOUT_WORKERS, *arguments)


def suite(pytester: pytest.Pytester, tests: str, *arguments: str, **files: str) -> pytest.RunResult:
    """Run pytest on one file of tests and further files: in this process, unless the run has workers."""
    files["test_suite"] = "import pytest\n" + tests
    if "-n" not in arguments:
        return run_pytest_here(pytester, *arguments, **files)
    pytester.makepyfile(**files)
    run = run_pytest(pytester.path, *arguments)
    return pytest.RunResult(run.returncode, run.stdout.splitlines(), run.stderr.splitlines(), 0)


def sentences(result: pytest.RunResult) -> list[str]:
    """The sentences of the errors and failures of a run, as pytest's summary has them."""
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*plugin.py*")
    summary = [line for line in result.outlines if line.startswith(("ERROR ", "FAILED "))]
    return [line.partition(" - ")[2].removeprefix("Failed: livetail: ") for line in summary]
