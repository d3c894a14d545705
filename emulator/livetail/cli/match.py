"""`livetail match`: the lines that a filter pattern matches, as grep prints those of a regular expression.

Lines go through as bytes, so whatever encoding and line ends they have, they come out as they went in.
"""

import os
import stat
import sys
from typing import IO, TYPE_CHECKING

from livetail.cli.errors import CommandError
from livetail.patterns import InvalidPatternError, Matcher, Subject, compile

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

__all__ = ["configure", "run"]

# The limit that every operation with a filter pattern has.
_LONGEST_PATTERN = 1_024


def configure(parser: "argparse.ArgumentParser") -> None:
    parser.add_argument(
        "pattern",
        metavar="PATTERN",
        help="a CloudWatch Logs filter pattern; put -- before one that begins with a hyphen",
    )
    parser.add_argument(
        "file", nargs="?", default="-", metavar="FILE", help="the lines; standard input without it or as -"
    )
    parser.epilog = "Exit status: 0 some lines match, 1 none does, 2 the pattern is invalid or the file cannot be read."


def run(arguments: "argparse.Namespace") -> int:
    """Print the lines that match; answers 0 if there are any, otherwise 1.

    Raises:
        CommandError: the pattern is invalid, or the file cannot be read; the status is 2, as grep has it.
    """
    matcher = _compiled(arguments.pattern)
    output = sys.stdout.buffer
    status = 1
    try:
        for line, flush in _lines(arguments.file):
            if matcher.matches(Subject(_text(line))):
                status = 0
                output.write(line)
                if flush:
                    output.flush()
        output.flush()
    except BrokenPipeError:
        # The reader has seen enough, as `head` has after some lines. What is left must not be flushed at exit.
        _discard(output)
    except OSError as error:
        _discard(output)
        raise CommandError(f"cannot write: {error.strerror}", status=2) from error
    return status


def _compiled(pattern: str) -> Matcher:
    if len(pattern) > _LONGEST_PATTERN:
        raise CommandError(
            f"column {_LONGEST_PATTERN + 1}: a filter pattern has at most {_LONGEST_PATTERN:,} characters", status=2
        )
    try:
        return compile(pattern)
    except InvalidPatternError as error:
        raise CommandError(str(error), status=2) from error


def _lines(file: str) -> "Iterator[tuple[bytes, bool]]":
    """The lines of the file, each as soon as it is there; and whether more may be long in coming."""
    standard_input = file == "-"
    try:
        with open(0 if standard_input else file, "rb", closefd=not standard_input) as source:
            flush = not stat.S_ISREG(os.fstat(source.fileno()).st_mode)
            for line in source:
                yield line, flush
    except OSError as error:
        name = "standard input" if standard_input else file
        raise CommandError(f"cannot read {name}: {error.strerror}", status=2) from error


def _text(line: bytes) -> str:
    """The message that a line is: without its line end, bytes that are not UTF-8 kept apart from all characters."""
    return line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "surrogateescape")


def _discard(output: IO[bytes]) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())
