"""Runs pytest on a project of its own, as a user of the plugin would."""

from typing import Final

import pytest

__all__ = ["LIKE_A_USER", "WITHOUT_WORKERS", "sentences", "suite", "suite_in_process"]

LIKE_A_USER: Final = (
    *("-W", "error", "--strict-config", "--strict-markers", "-p", "no:cacheprovider"),
    *("-p", "no:anyio", "-p", "no:hypothesispytest", "-p", "no:pytest_cov", "-p", "no:schemathesis"),
    *("-p", "no:time_machine", "-p", "no:timeout"),
)
"""As strict as pytest can be, and without the plugins of this project's own tests: to import them takes half a run."""

WITHOUT_WORKERS: Final = ("-p", "no:xdist", "-p", "no:xdist.looponfail")


def suite(pytester: pytest.Pytester, tests: str, *arguments: str, **files: str) -> pytest.RunResult:
    """Run pytest on one file of tests, in a process of its own.

    `files` are further Python files, by their names without `.py`.
    """
    pytester.makepyfile(test_suite="import pytest\n" + tests, **files)
    workers = () if "-n" in arguments else WITHOUT_WORKERS
    return pytester.runpytest_subprocess("-q", *LIKE_A_USER, *workers, *arguments)


def suite_in_process(pytester: pytest.Pytester, tests: str, *arguments: str, **files: str) -> pytest.RunResult:
    """The same by pytest in this process, where boto3 and the server are imported already: a fifth of the time."""
    pytester.makepyfile(test_suite="import pytest\n" + tests, **files)
    return pytester.runpytest_inprocess("-q", *LIKE_A_USER, *WITHOUT_WORKERS, *arguments)


def sentences(result: pytest.RunResult) -> list[str]:
    """What the errors and failures of a run say, each in one line, as pytest's summary has them."""
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*plugin.py*")
    summary = [line for line in result.outlines if line.startswith(("ERROR ", "FAILED "))]
    return [line.partition(" - ")[2].removeprefix("Failed: livetail: ") for line in summary]
