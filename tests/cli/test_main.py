"""The command as a whole: help, versions, and errors in one line."""

import pytest

from livetail import __version__
from livetail.cli.command_parser import COMMANDS
from tests.cli.running import call_livetail


def test_every_command_prints_the_version() -> None:
    for arguments in (("--version",), ("serve", "--version"), ("put", "--version")):
        run = call_livetail(*arguments)
        assert (run.returncode, run.stdout) == (0, f"livetail {__version__}\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    run = call_livetail(command, "--help")
    assert run.returncode == 0
    assert run.stdout.startswith(f"usage: livetail {command} ")


@pytest.mark.parametrize(
    ("arguments", "beginning"),
    [
        ((), "livetail: the following arguments are required: COMMAND"),
        (("frobnicate",), "livetail: argument COMMAND: invalid choice: 'frobnicate'"),
        (("serve", "--frob"), "livetail: unrecognized arguments: --frob"),
        (("serve", "--port", "x"), "livetail: --port 'x' is not a whole number"),
        (("serve", "--clock", "fast"), "livetail: --clock 'fast' is none of real, manual, "),
        (("put",), "livetail: the following arguments are required: GROUP, STREAM"),
        (("demo", "--seconds", "x"), "livetail: argument --seconds: 'x' is not a number of seconds"),
        (("env", "--frob"), "livetail: unrecognized arguments: --frob"),
        (("healthcheck", "--endpoint", "nonsense"), "livetail: --endpoint 'nonsense' is not a URL such as "),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(arguments: tuple[str, ...], beginning: str) -> None:
    run = call_livetail(*arguments)
    assert run.returncode == 2
    assert run.stderr.startswith(beginning)
    assert len(run.stderr.splitlines()) == 1
    assert run.stdout == ""
