"""Runs the command as a user does: another process."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

__all__ = ["run_livetail", "serving"]


def _environment(variables: Mapping[str, str] | None) -> dict[str, str]:
    """The environment of this process without what would change the command, or hide that it does not flush."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIVETAIL_", "AWS_"))}
    kept.pop("PYTHONUNBUFFERED", None)
    return kept | dict(variables or {})


def run_livetail(
    *arguments: str | Path, given: bytes = b"", variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `livetail` to its end; `given` is its standard input."""
    run = subprocess.run(
        [sys.executable, "-m", "livetail", *map(str, arguments)],
        input=given,
        capture_output=True,
        env=_environment(variables),
        timeout=60,
        check=False,
    )
    return subprocess.CompletedProcess(run.args, run.returncode, run.stdout.decode(), run.stderr.decode())


@contextmanager
def serving(
    *arguments: str, variables: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """`livetail serve` on a free port, with the lines that it printed up to the last one of its greeting."""
    process = subprocess.Popen(
        [sys.executable, "-m", "livetail", "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(variables),
        text=True,
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
