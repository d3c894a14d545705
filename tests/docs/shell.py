"""Runs commands and programs out of the documentation."""

import contextlib
import io
import os
import runpy
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

__all__ = ["DEFAULT_ENDPOINT", "environment", "run", "run_program"]

DEFAULT_ENDPOINT = "http://127.0.0.1:4586"


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without settings of SDKs and of Livetail; `livetail` is that of this Python."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIVETAIL_", "AWS_"))}
    folder = str(Path(sys.executable).parent)
    return kept | {"PATH": f"{folder}{os.pathsep}{kept['PATH']}", "HOME": "/nonexistent", "NO_PROXY": "*"} | variables


def run(commands: str, endpoint: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the lines of a block in one shell, until the first that fails, with a server in place of the default one."""
    return subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", commands.replace(DEFAULT_ENDPOINT, endpoint)],
        env=environment(LIVETAIL_ENDPOINT=endpoint, **variables),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def run_program(text: str, folder: Path) -> str:
    """Run a Python program in a folder, as `python program.py` does but in this process; returns what it prints."""
    program = folder / "program.py"
    program.write_text(text)
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(io.StringIO()) as printed,
        patch.object(sys, "argv", [str(program)]),
    ):
        try:
            runpy.run_path(str(program), run_name="__main__")
        except SystemExit as ended:
            assert not ended.code, ended
    return printed.getvalue()
