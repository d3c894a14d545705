"""The `livetail` command: a table of subcommands, each a module of this package.

Only the module of the chosen command is imported, so that `livetail healthcheck`, which runs every few seconds in a
container, loads nothing but the standard library.
"""

import contextlib
import os
import sys
from collections.abc import Sequence

from livetail.cli.command_parser import make_parser, module_of
from livetail.errors import LiveTailError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted.

    This is the one place that handles errors of standard output and of standard error, for every command.
    """
    try:
        _open_closed_streams()
        status = _run(sys.argv[1:] if argv is None else list(argv))
        sys.stdout.flush()
    except LiveTailError as error:
        status = _fail(str(error), error.exit_status)
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        status = 1  # The reader of our output has closed it, as `head` does. No message is needed.
    except UnicodeEncodeError as error:
        character = error.object[error.start]
        status = _fail(f"cannot write the output: its encoding, {error.encoding}, lacks {character!a}", 1)
    except OSError as error:
        status = _fail(f"cannot write the output: {error.strerror or error}", 1)
    try:
        sys.stdout.flush()
    except (OSError, KeyboardInterrupt):
        # Python would flush once more at exit, and print a traceback.
        discard_output()
        status = status or 1
    return status


def _run(arguments: list[str]) -> int:
    """Parse the command line and run the chosen command."""
    chosen = next((word for word in arguments if not word.startswith("-")), None)
    parser = make_parser((chosen,))
    try:
        parsed = parser.parse_args(arguments)
    except SystemExit as parsed_enough:  # --help, --version or wrong usage; the output still has to be flushed
        return int(parsed_enough.code or 0)
    assert chosen is not None  # the parser has refused a command line without one
    status: int = module_of(chosen).run(parsed)
    return status


def _fail(message: str, status: int) -> int:
    with contextlib.suppress(OSError):
        for line in message.splitlines():
            print(f"livetail: {line}", file=sys.stderr)
    return status


def _open_closed_streams() -> None:
    """Open the standard streams that the caller has closed, so that using one is an ordinary error.

    Python has None for them, and the next file or socket would get their descriptors. As in GNU's tools, standard input
    is opened for writing and standard output for reading, so that using them is reported as an error.
    """
    for number, name, mode, access in (
        (0, "stdin", "r", os.O_WRONLY),
        (1, "stdout", "w", os.O_RDONLY),
        (2, "stderr", "w", os.O_WRONLY),
    ):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, access)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115  # open for the whole run


def discard_output() -> None:
    """Discard what is not yet written, so that Python's last flush does not fail."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
