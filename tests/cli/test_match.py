"""`livetail match`: what it prints for which pattern, how it ends, and that lines come out as they went in."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from livetail.cli import match
from livetail.cli.errors import CommandError

COMMAND = [sys.executable, "-m", "livetail", "match"]
ROOT = Path(__file__).parents[2]

# Where PYTHONUNBUFFERED is set, as in many containers, a flush that is missing would not show.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    match.configure(parser)
    return match.run(parser.parse_args(arguments))


def command(*arguments: str, lines: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *arguments], input=lines, capture_output=True, cwd=ROOT, env=ENVIRONMENT, check=False
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lines"
    path.write_bytes(b'ERROR one\nok two\r\n{"level": "ERROR", "status": 500}\r\n"ERROR \xff" three\n\nERROR four')
    return path


PRINTED = [
    ("a term", "four", b"ERROR four"),
    ("the line end is not part of the message", "%one$%", b"ERROR one\n"),
    ("nor is a carriage return", "%two$%", b"ok two\r\n"),
    ("line ends as they were", "-ERROR ok", b"ok two\r\n"),
    ("JSON", "{ $.status >= 500 }", b'{"level": "ERROR", "status": 500}\r\n'),
    ("fields", "[word = ok, number]", b"ok two\r\n"),
    ("bytes that are not UTF-8 pass through", "three", b'"ERROR \xff" three\n'),
    ("an empty line", "%^$%", b"\n"),
]


@pytest.mark.parametrize(("pattern", "printed"), [row[1:] for row in PRINTED], ids=[row[0] for row in PRINTED])
def test_prints_the_lines_that_match(
    file: Path, capfdbinary: pytest.CaptureFixture[bytes], pattern: str, printed: bytes
) -> None:
    assert run("--", pattern, str(file)) == 0
    assert capfdbinary.readouterr() == (printed, b"")


def test_a_pattern_for_everything_copies_the_file(file: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("", str(file)) == 0
    assert capfdbinary.readouterr().out == file.read_bytes()


def test_no_line_matches(file: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("nothing", str(file)) == 1
    assert capfdbinary.readouterr() == (b"", b"")


@pytest.mark.parametrize("arguments", [("ERROR",), ("ERROR", "-")])
def test_reads_standard_input(arguments: tuple[str, ...]) -> None:
    done = command(*arguments, lines=b"ERROR 1\nok\nERROR 2")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"ERROR 1\nERROR 2", b"")


def test_a_pattern_that_begins_with_a_hyphen() -> None:
    done = command("--", "-ERROR", lines=b"ERROR 1\nok\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"ok\n", b"")


REFUSED = [
    (
        "{ $.a = %ab(c)% }",
        "column 12: '(' is not allowed in a regular expression; AWS has no grouping",
    ),
    ("a (b)", "column 3: '(' is not allowed in an unquoted term; put the term in double quotation marks"),
    ("a" * 1_025, "column 1025: a filter pattern has at most 1,024 characters"),
]


@pytest.mark.parametrize(("pattern", "sentence"), REFUSED)
def test_an_invalid_pattern(pattern: str, sentence: str) -> None:
    done = command(pattern, lines=b"a\n")
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", f"livetail: {sentence}\n".encode())


def test_the_longest_pattern(file: Path) -> None:
    assert run("a" * 1_024, str(file)) == 1


def test_a_pattern_with_bytes_that_are_not_utf8() -> None:
    pattern = os.fsdecode(b'"\xff"')
    done = command(pattern, lines=b"a\n<\xff>\n")
    assert (done.returncode, done.stdout) == (0, b"<\xff>\n")
    done = command(os.fsdecode(b"\xff"), lines=b"")
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match=f"^cannot read {tmp_path / name}: ") as error:
        run("ERROR", str(tmp_path / name))
    assert error.value.status == 2


def test_each_line_is_printed_when_it_comes() -> None:
    with subprocess.Popen(
        [*COMMAND, "ERROR"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=ENVIRONMENT
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        for number in range(3):
            process.stdin.write(b"ok\nERROR %d\n" % number)
            process.stdin.flush()
            assert process.stdout.readline() == b"ERROR %d\n" % number
        process.stdin.close()
        assert process.wait(10) == 0


@pytest.mark.parametrize("through", ["pipe", "file"])
def test_a_reader_that_goes_away_is_no_error(tmp_path: Path, through: str) -> None:
    lines = tmp_path / "lines"
    lines.write_bytes(b"ERROR\n" * 200_000)
    reading, writing = os.pipe()
    os.close(reading)
    with lines.open("rb") as source:
        arguments = ["ERROR", str(lines)] if through == "file" else ["ERROR"]
        feeder = subprocess.Popen(["cat"], stdin=source, stdout=subprocess.PIPE)
        done = subprocess.run(
            [*COMMAND, *arguments],
            stdin=feeder.stdout,
            stdout=writing,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=ENVIRONMENT,
            check=False,
        )
        assert feeder.stdout is not None
        feeder.stdout.close()
        feeder.wait(10)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_full_disk_is_one_sentence(file: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*COMMAND, "ERROR", str(file)], stdout=full, stderr=subprocess.PIPE, cwd=ROOT, env=ENVIRONMENT, check=False
        )
    assert (done.returncode, done.stderr) == (2, b"livetail: cannot write: No space left on device\n")


def test_lines_of_any_size() -> None:
    long = b"x" * 300_000 + b" ERROR\n"
    done = command("ERROR", lines=long + b"x" * 300_000 + b"\n" + long)
    assert (done.returncode, done.stdout) == (0, long + long)
