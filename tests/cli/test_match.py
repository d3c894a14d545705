"""`livetail match`: what it prints for which pattern, how it ends, and that lines are printed unchanged."""

import argparse
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from livetail.cli import match
from tests.cli.running import call_livetail

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
    done = call_livetail("match", *arguments, given=b"ERROR 1\nok\nERROR 2")
    assert (done.returncode, done.stdout, done.stderr) == (0, "ERROR 1\nERROR 2", "")


def test_a_pattern_that_begins_with_a_hyphen() -> None:
    done = call_livetail("match", "--", "-ERROR", given=b"ERROR 1\nok\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "ok\n", "")


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
    done = call_livetail("match", pattern, given=b"a\n")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"livetail: {sentence}\n")


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
def test_a_file_that_cannot_be_read(file: Path, capfdbinary: pytest.CaptureFixture[bytes], name: str) -> None:
    missing = file.parent / name
    assert run("four", str(missing), str(file)) == 2
    out, error = capfdbinary.readouterr()
    assert out == f"{file}:ERROR four\n".encode()
    assert error.startswith(f"livetail: cannot read {missing}: ".encode()) and error.count(b"\n") == 1


# ---- options as those of grep -----------------------------------------------------------------------------------


FLAGS = [
    ("the others", ["-v", "ERROR"], b"ok two\r\n\n"),
    (
        "line numbers",
        ["-n", "ERROR"],
        b'1:ERROR one\n3:{"level": "ERROR", "status": 500}\r\n4:"ERROR \xff" three\n6:ERROR four',
    ),
    ("a flag behind the pattern", ["three", "-n"], b'4:"ERROR \xff" three\n'),
    ("count", ["-c", "ERROR"], b"4\n"),
    ("count of the others", ["-cv", "ERROR"], b"2\n"),
    ("count as JSON", ["-c", "--json", "ok"], b'{"file": "FILE", "count": 1}\n'),
    (
        "JSON",
        ["--json", "[a = ok, b]"],
        b'{"file": "FILE", "line": 2, "message": "ok two", "extracted": {"$a": "ok", "$b": "two"}}\n',
    ),
    (
        "JSON of bytes that are not UTF-8",
        ["--json", "three"],
        '{"file": "FILE", "line": 4, "message": "\\"ERROR \ufffd\\" three", "extracted": {}}\n'.encode(),
    ),
    ("colors", ["--color", "%t.o%"], b"ok \x1b[1;31mtwo\x1b[m\r\n"),
    (
        "colors of line numbers",
        ["--color=always", "-n", "two"],
        b"\x1b[32m2\x1b[m\x1b[36m:\x1b[mok \x1b[1;31mtwo\x1b[m\r\n",
    ),
    ("no colors in a file", ["--color=auto", "two"], b"ok two\r\n"),
    ("no colors", ["--color=never", "two"], b"ok two\r\n"),
    ("no colors in what was not found", ["--color", "-v", "ERROR"], b"ok two\r\n\n"),
]


@pytest.mark.parametrize(("flags", "printed"), [row[1:] for row in FLAGS], ids=[row[0] for row in FLAGS])
def test_flags(file: Path, capfdbinary: pytest.CaptureFixture[bytes], flags: list[str], printed: bytes) -> None:
    assert run(*flags, str(file)) == 0
    assert capfdbinary.readouterr() == (printed.replace(b"FILE", bytes(file)), b"")


def test_the_others_are_none(file: Path) -> None:
    assert run("-v", "", str(file)) == 1


def test_several_files_gzip_or_not(file: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    packed = file.with_suffix(".gz")
    # Two members, as in rotated logs that were joined.
    packed.write_bytes(gzip.compress(b"ERROR packed\nok\n") + gzip.compress(b"ERROR again\n"))
    assert run("ERROR", str(packed), str(file)) == 0
    lines = capfdbinary.readouterr().out.splitlines()
    assert lines[:3] == [
        f"{packed}:ERROR packed".encode(),
        f"{packed}:ERROR again".encode(),
        f"{file}:ERROR one".encode(),
    ]
    assert run("-c", "ERROR", str(packed), str(file)) == 0
    assert capfdbinary.readouterr().out == f"{packed}:2\n{file}:4\n".encode()


def test_gzip_on_standard_input() -> None:
    done = call_livetail("match", "ERROR", given=gzip.compress(b"ERROR 1\nok\n"))
    assert (done.returncode, done.stdout) == (0, "ERROR 1\n")


@pytest.mark.parametrize("damage", ["end", "middle"])
def test_gzip_that_is_damaged_is_one_sentence(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], damage: str
) -> None:
    content = bytearray(gzip.compress(b"ERROR\n"))
    if damage == "end":
        del content[-6:]
    else:
        content[12] ^= 0xFF
    path = tmp_path / "damaged.gz"
    path.write_bytes(content)
    assert run("nothing", str(path)) == 2
    error = capfdbinary.readouterr().err
    assert error.startswith(f"livetail: cannot unpack {path}: ".encode()) and error.count(b"\n") == 1


# ---- explanations --------------------------------------------------------------------------------------------------


def test_explains_every_line(file: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    file.write_bytes(b'{"level": "ERROR", "status": "503"}\n{"level": "ERROR", "status": 503}\r\nno JSON')
    assert run("--explain", '{ $.level = "ERROR" && $.status >= 500 }', str(file)) == 0
    assert capfdbinary.readouterr().out.decode() == (
        '1:{"level": "ERROR", "status": "503"}\n'
        "    does not match\n"
        '    $.level = "ERROR": true, it is "ERROR"\n'
        '    $.status >= 500: false, "503" is a string\n'
        '2:{"level": "ERROR", "status": 503}\n'
        "    matches\n"
        '    $.level = "ERROR": true, it is "ERROR"\n'
        "    $.status >= 500: true, it is 503\n"
        "3:no JSON\n"
        "    does not match\n"
        "    the message is not a JSON object or array\n"
    )


def test_explains_terms_and_fields(file: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    file.write_bytes(b"ok 2\n")
    assert run("--explain", "--", "?ok -two", str(file)) == 0
    ignored = "?ok: ignored, as optional terms count only where all terms are optional"
    assert capfdbinary.readouterr().out.decode() == f"1:ok 2\n    matches\n    {ignored}\n    -two: true, not found\n"
    assert run("--explain", "[word, number > 2]", str(file)) == 1
    assert capfdbinary.readouterr().out.decode() == (
        '1:ok 2\n    does not match\n    number > 2: false, it is "2"\n    $word = "ok"\n    $number = "2"\n'
    )


def test_explains_only_the_others(file: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    file.write_bytes(b"ERROR\nok\n")
    assert run("--explain", "-v", "--json", "ERROR", str(file)) == 0
    assert json.loads(capfdbinary.readouterr().out) == {
        "file": str(file),
        "line": 2,
        "message": "ok",
        "kind": "terms",
        "matches": False,
        "findings": [{"condition": "ERROR", "holds": False, "reason": "not found"}],
        "note": None,
        "extracted": {},
    }


def test_explains_in_colors(file: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    file.write_bytes(b"ok\n")
    assert run("--explain", "--color", "ok", str(file)) == 0
    out = capfdbinary.readouterr().out
    assert b"    \x1b[32mmatches\x1b[m\n    ok: \x1b[32mtrue\x1b[m, found\n" in out


def test_a_count_is_not_explained(file: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("--explain", "-c", "ERROR", str(file)) == 0
    assert capfdbinary.readouterr().out == b"4\n"


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
    done = call_livetail("match", "ERROR", given=long + b"x" * 300_000 + b"\n" + long)
    assert (done.returncode, done.stdout) == (0, (long + long).decode())
