"""Starts commands in processes of their own, as users do."""

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

__all__ = ["as_module", "run_command", "start_command"]


def start_command(command: Sequence[str], **options: Any) -> "subprocess.Popen[str]":
    """Start a command whose streams are text."""
    return subprocess.Popen(command, text=True, **options)


def run_command(command: Sequence[str], given: str = "", **options: Any) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end; `given` is its standard input."""
    return subprocess.run(command, input=given, capture_output=True, text=True, timeout=60, check=False, **options)


def as_module(command: Sequence[str]) -> list[str]:
    """A command such as `livetail serve`, by the name of its module: so it need not be on the PATH."""
    assert command[0] == "livetail"
    return [sys.executable, "-m", *command]
