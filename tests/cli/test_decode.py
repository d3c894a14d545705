"""`livetail decode`: what it prints for each kind of header and payload, when it prints it, and how it refuses."""

import argparse
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from livetail.cli import decode
from livetail.cli.command_parser import CommandError
from livetail.wire import livetail
from livetail.wire.eventstream import Header, HeaderType, Message
from tests.unit.wire.codec import encode

COMMAND = [sys.executable, "-m", "livetail", "decode"]

# Where PYTHONUNBUFFERED is set, as in many containers, a flush that is missing would not show.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    decode.configure(parser)
    return decode.run(parser.parse_args(arguments))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "stream"


def line(file: Path, capfdbinary: pytest.CaptureFixture[bytes], message: Message) -> bytes:
    """The one line that is printed for one message."""
    file.write_bytes(encode(message))
    assert run(str(file)) == 0
    printed = capfdbinary.readouterr()
    assert printed.err == b""
    assert printed.out.count(b"\n") == 1
    return printed.out


def test_a_message_is_a_line(file: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    file.write_bytes(livetail.INITIAL_RESPONSE)
    assert run(str(file)) == 0
    assert capfdbinary.readouterr().out == (
        b'{"headers": ['
        b'{"name": ":event-type", "type": "string", "value": "initial-response"}, '
        b'{"name": ":content-type", "type": "string", "value": "application/x-amz-json-1.1"}, '
        b'{"name": ":message-type", "type": "string", "value": "event"}], '
        b'"payload": {}}\n'
    )


def test_nothing_in_nothing_out(file: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    file.write_bytes(b"")
    assert run(str(file)) == 0
    assert capfdbinary.readouterr() == (b"", b"")


@pytest.mark.parametrize(
    ("type_", "value", "printed"),
    [
        (HeaderType.BOOL_TRUE, True, True),
        (HeaderType.BOOL_FALSE, False, False),
        (HeaderType.BYTE, -1, -1),
        (HeaderType.INT16, 500, 500),
        (HeaderType.INT32, 500_000, 500_000),
        (HeaderType.INT64, 2**63 - 1, 9223372036854775807),
        (HeaderType.BYTE_ARRAY, b"\x00\xff", "AP8="),
        (HeaderType.STRING, 'é"\n', 'é"\n'),
        (HeaderType.TIMESTAMP, 1_700_000_000_123, 1_700_000_000_123),
        (HeaderType.UUID, UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_headers(
    file: Path, capfdbinary: pytest.CaptureFixture[bytes], type_: HeaderType, value: Any, printed: Any
) -> None:
    (header,) = json.loads(line(file, capfdbinary, Message((Header("n", type_, value),), b"")))["headers"]
    assert header == {"name": "n", "type": type_.name.lower(), "value": printed}
    assert type(header["value"]) is type(printed)


@pytest.mark.parametrize(
    ("payload", "printed"),
    [
        (b"", b'""'),
        (b'{"a": [1, null]}', b'{"a": [1, null]}'),
        ('"é😀"'.encode(), '"é😀"'.encode()),
        (b"null", b"null"),
        (b' {\r\n\t"a":\n1}\n', b'{  \t"a": 1}'),
        # Numbers are not rounded, and none is too large.
        (b"12345678901234567890.123456789012345678901", b"12345678901234567890.123456789012345678901"),
        (b"[1e999, -0]", b"[1e999, -0]"),
        (b"9" * 5_000, b"9" * 5_000),
        (b'{"a":1,"a":2}', b'{"a":1,"a":2}'),
        # Not JSON: text.
        (b"{'foo':'bar'}", b"\"{'foo':'bar'}\""),
        (b"NaN", b'"NaN"'),
        (b"[-Infinity]", b'"[-Infinity]"'),
        (b'"a\nb"', b'"\\"a\\nb\\""'),
        (b"\xef\xbb\xbf{}", '"\ufeff{}"'.encode()),
        (b"[" * 200_000, b'"' + b"[" * 200_000 + b'"'),
        # Not text: base64.
        (b"\xff\xfe", b'"//4="'),
        (b'"\xed\xa0\x80"', b'"Iu2ggCI="'),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_payloads(file: Path, capfdbinary: pytest.CaptureFixture[bytes], payload: bytes, printed: bytes) -> None:
    assert line(file, capfdbinary, Message((), payload)) == b'{"headers": [], "payload": ' + printed + b"}\n"


def test_messages_before_a_bad_one_are_printed(file: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    good = livetail.session_start(b'{"requestId":"1"}')
    file.write_bytes(good + b"\0" * 16 + good)
    with pytest.raises(CommandError, match=f"^message at byte {len(good)}: prelude checksum mismatch") as raised:
        run(str(file))
    assert raised.value.exit_status == 1
    assert [json.loads(line)["payload"] for line in capfdbinary.readouterr().out.splitlines()] == [{"requestId": "1"}]


def test_a_message_cut_off_is_a_fault(file: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    good = livetail.INITIAL_RESPONSE
    file.write_bytes(good + good[:-1])
    with pytest.raises(CommandError, match="^message at byte 114: the stream ends after 113 of 114 bytes$"):
        run(str(file))
    assert capfdbinary.readouterr().out.count(b"\n") == 1


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as raised:
        run(str(tmp_path / "none"))
    assert str(raised.value) == f"cannot read {tmp_path / 'none'}: No such file or directory"
    assert raised.value.exit_status == 1


def test_a_directory(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="^cannot read .*: Is a directory$"):
        run(str(tmp_path))


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_standard_input(arguments: list[str]) -> None:
    stream = livetail.INITIAL_RESPONSE + livetail.session_update((b'{"sessionResults":[]}',))
    done = subprocess.run([*COMMAND, *arguments], input=stream, capture_output=True, timeout=30, env=ENVIRONMENT)
    assert (done.returncode, done.stderr) == (0, b"")
    assert [json.loads(line)["payload"] for line in done.stdout.splitlines()] == [{}, {"sessionResults": []}]


def test_a_fault_is_one_line_and_status_1() -> None:
    done = subprocess.run(
        COMMAND, input=livetail.INITIAL_RESPONSE[:-1], capture_output=True, timeout=30, env=ENVIRONMENT
    )
    assert done.returncode == 1
    assert done.stdout == b""
    assert done.stderr == b"livetail: message at byte 0: the stream ends after 113 of 114 bytes\n"


def test_messages_are_printed_while_the_stream_is_open() -> None:
    with subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=ENVIRONMENT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        update = livetail.session_update((b'{"sessionResults":[]}',))
        process.stdin.write(livetail.INITIAL_RESPONSE + update[:50])
        # Returns only if the line has been flushed, as the stream has not ended.
        assert json.loads(process.stdout.readline())["payload"] == {}
        process.stdin.write(update[50:])
        assert json.loads(process.stdout.readline())["payload"] == {"sessionResults": []}
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_a_reader_that_leaves_prints_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            COMMAND,
            input=livetail.INITIAL_RESPONSE * 100,
            stdout=writer,
            stderr=subprocess.PIPE,
            timeout=30,
            env=ENVIRONMENT,
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


def test_an_output_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with open(tmp_path / "output", "wb") as output:
        done = subprocess.run(
            COMMAND,
            input=livetail.INITIAL_RESPONSE,
            stdout=output,
            stderr=subprocess.PIPE,
            timeout=30,
            env=ENVIRONMENT,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        )
    assert (done.returncode, done.stderr) == (1, b"livetail: cannot write the output: File too large\n")
