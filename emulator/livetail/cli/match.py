"""`livetail match`: the lines that a filter pattern matches, as grep prints those of a regular expression.

Lines are copied as bytes, so their encoding and line ends do not change.
"""

import argparse
import gzip
import json
import os
import stat
import sys
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from livetail.cli import discard_output
from livetail.cli.command_parser import CommandError
from livetail.core.limits import MAX_PATTERN_CHARACTERS
from livetail.patterns import InvalidPatternError, Matcher, Subject, compile
from livetail.patterns.matcher import Explanation

_GZIP: Final = b"\x1f\x8b"

# The colours of grep: file names, line numbers, separators, what was found.
_FILE, _LINE, _SEPARATOR, _FOUND, _RESET = "\x1b[35m", "\x1b[32m", "\x1b[36m", "\x1b[1;31m", "\x1b[m"
_HOLDS: Final = {True: "\x1b[32m", False: "\x1b[31m"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "pattern",
        metavar="PATTERN",
        help="a CloudWatch Logs filter pattern; put -- before one that begins with a hyphen",
    )
    files = parser.add_argument(
        "files", nargs="+", default=["-"], metavar="FILE", help="lines, gzip or not; standard input without it or as -"
    )
    # With nargs="*", argparse accepts no file after a flag that follows the pattern.
    files.required = False
    parser.add_argument("-v", "--invert-match", action="store_true", help="the lines that do not match")
    parser.add_argument("-c", "--count", action="store_true", help="only how many lines there are in each file")
    parser.add_argument("-n", "--line-number", action="store_true", help="the number of each line before it")
    # Both `--color ERROR FILE` and `--color=always ERROR FILE`, as in grep.
    for when, names, text in (
        ("always", ("--color", "--color=always"), "colors; found terms are bold [on a terminal]"),
        ("never", ("--color=never",), "no colors"),
        ("auto", ("--color=auto",), "colors on a terminal"),
    ):
        parser.add_argument(*names, dest="color", action="store_const", const=when, default="auto", help=text)
    parser.add_argument("--json", action="store_true", help="one JSON object for each line, with its extracted fields")
    parser.add_argument(
        "--explain", action="store_true", help="every line, with what each condition found and the extracted fields"
    )
    parser.epilog = (
        "Exit status: 0 some lines match, 1 none does, 2 the pattern is invalid or a file cannot be read. "
        "With -v, lines that do not match count as matching; with --explain -v, only those are explained."
    )


class _Line:
    """A line of a file. `content` includes its line end; `body` and the message of `subject` do not."""

    def __init__(self, file: str, number: int, content: bytes) -> None:
        self.file = file
        self.number = number
        self.content = content
        self.body = content.removesuffix(b"\n").removesuffix(b"\r")
        # Bytes that are not UTF-8 become lone surrogates, which match no character.
        self.subject = Subject(self.body.decode("utf-8", "surrogateescape"))


def run(arguments: argparse.Namespace) -> int:
    """Print the lines that match; returns 0 if there are any, otherwise 1, and 2 after a file that cannot be read.

    Raises:
        CommandError: the pattern is invalid, or the output cannot be written; the status is 2, as in grep.
    """
    matcher = _compiled(arguments.pattern)
    printer = _Printer(arguments, matcher)
    prints_all = arguments.explain and not arguments.invert_match
    selected, unreadable = 0, False
    try:
        for file in arguments.files:
            count = 0
            try:
                for line, is_live in _lines(file):
                    is_selected = matcher.matches(line.subject) is not arguments.invert_match
                    count += is_selected
                    if (is_selected or prints_all) and not arguments.count:
                        printer.print_line(line)
                    if is_live:
                        sys.stdout.flush()
                if arguments.count:
                    printer.print_count(file, count)
            except CommandError as error:
                unreadable = True
                print(f"livetail: {error}", file=sys.stderr)
            selected += count
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has closed our output, as `head` does after some lines. The rest must not be flushed at exit.
        discard_output()
        return 0
    except OSError as error:
        discard_output()
        raise CommandError(f"cannot write: {error.strerror}", status=2) from error
    if unreadable:
        return 2
    return 0 if selected else 1


def _compiled(pattern: str) -> Matcher:
    maximum = MAX_PATTERN_CHARACTERS
    if len(pattern) > maximum:
        raise CommandError(f"column {maximum + 1}: a filter pattern has at most {maximum:,} characters", status=2)
    try:
        return compile(pattern)
    except InvalidPatternError as error:
        raise CommandError(str(error), status=2) from error


def _lines(file: str) -> Iterator[tuple[_Line, bool]]:
    """The lines of a file, each as soon as it is read, with whether the file is live: the next line may come late.

    Raises:
        CommandError: the file cannot be read or unpacked.
    """
    name = "standard input" if file == "-" else file
    try:
        with open(0 if file == "-" else file, "rb", closefd=file != "-") as source:
            is_live = not stat.S_ISREG(os.fstat(source.fileno()).st_mode)
            content = gzip.GzipFile(fileobj=source) if source.peek(2).startswith(_GZIP) else source
            for number, line in enumerate(content, 1):
                yield _Line(file, number, line), is_live
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise CommandError(f"cannot unpack {name}: {error}") from error
    except OSError as error:
        raise CommandError(f"cannot read {name}: {error.strerror or error}") from error


class _Printer:
    """Writes lines in the format of the flags."""

    def __init__(self, arguments: argparse.Namespace, matcher: Matcher) -> None:
        self._arguments = arguments
        self._matcher = matcher
        self._output = sys.stdout.buffer
        self._several = len(arguments.files) > 1
        self._color = arguments.color == "always" or (arguments.color == "auto" and sys.stdout.isatty())

    def print_line(self, line: _Line) -> None:
        explains, inverts = self._arguments.explain, self._arguments.invert_match
        if self._arguments.json:
            record = {"file": line.file, "line": line.number, "message": line.subject.text}
            if explains:
                record |= asdict(self._matcher.explain(line.subject))
            else:
                record["extracted"] = {} if inverts else self._matcher.extract(line.subject)
            self._write_json(record)
            return
        self._write(self._prefix(line.file, line.number if explains or self._arguments.line_number else None))
        if explains:
            self._output.write(line.body + b"\n")
            for text in self._explanation(self._matcher.explain(line.subject)):
                self._write(f"    {text}\n")
            return
        self._output.write(self._with_found_terms(line) if self._color and not inverts else line.content)
        if self._several and not line.content.endswith(b"\n"):
            self._write("\n")  # the next file begins on a new line

    def print_count(self, file: str, count: int) -> None:
        if self._arguments.json:
            self._write_json({"file": file, "count": count})
        else:
            self._write(f"{self._prefix(file)}{count}\n")

    def _prefix(self, file: str, number: int | None = None) -> str:
        parts = [self._colored(_FILE, file)] if self._several else []
        if number is not None:
            parts.append(self._colored(_LINE, str(number)))
        return "".join(part + self._colored(_SEPARATOR, ":") for part in parts)

    def _with_found_terms(self, line: _Line) -> bytes:
        written, end = b"", 0
        for start, stop in self._matcher.find_terms(line.body):
            written += line.body[end:start] + _FOUND.encode() + line.body[start:stop] + _RESET.encode()
            end = stop
        return written + line.content[end:]

    def _explanation(self, explanation: Explanation) -> Iterator[str]:
        yield self._colored(_HOLDS[explanation.matches], "matches" if explanation.matches else "does not match")
        if explanation.note:
            yield explanation.note
        for finding in explanation.findings:
            reason = finding.reason
            if finding.holds is not None:
                reason = f"{self._colored(_HOLDS[finding.holds], str(finding.holds).lower())}, {reason}"
            yield f"{finding.condition}: {reason}"
        for name, text in explanation.extracted.items():
            yield f"{name} = {json.dumps(text, ensure_ascii=False)}"

    def _colored(self, color: str, text: str) -> str:
        return f"{color}{text}{_RESET}" if self._color else text

    def _write(self, text: str) -> None:
        self._output.write(text.encode("utf-8", "surrogateescape"))

    def _write_json(self, record: dict[str, Any]) -> None:
        """Write a record as JSON; bytes that are not UTF-8 become U+FFFD, since JSON cannot hold them."""
        text = json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogateescape")
        self._output.write(text.decode("utf-8", "replace").encode() + b"\n")
