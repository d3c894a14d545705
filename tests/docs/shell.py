"""Runs commands out of the documentation, with a server on a free port in place of the default one."""

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["DEFAULT_ENDPOINT", "environment", "run"]

DEFAULT_ENDPOINT = "http://127.0.0.1:4586"


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without settings of SDKs and of Livetail; `livetail` is that of this Python."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIVETAIL_", "AWS_"))}
    folder = str(Path(sys.executable).parent)
    return kept | {"PATH": f"{folder}{os.pathsep}{kept['PATH']}", "HOME": "/nonexistent", "NO_PROXY": "*"} | variables


def run(commands: str, endpoint: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the lines of a block in one shell, until the first that fails."""
    return subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", commands.replace(DEFAULT_ENDPOINT, endpoint)],
        env=environment(LIVETAIL_ENDPOINT=endpoint, **variables),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
