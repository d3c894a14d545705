"""Recordings: what is written is read again, also when the writer was cut off."""

import io
from pathlib import Path

import pytest

from livetail.scenarios import ScenarioError
from livetail.scenarios.recording import (
    VERSION,
    Entry,
    Header,
    RecordedEvent,
    is_recording,
    read_recording,
    write_line,
)

EVENT = RecordedEvent("123456789012:/shop/api", "web-1", 1_000, 1_010, "ä line\nand another")


ENTRIES = [
    Entry(12, "start", session={"sessionId": "s", "requestId": "r"}),
    Entry(1_015, "update", sampled=True, events=(EVENT,)),
    Entry(2_015, "update", sampled=False, events=()),
    Entry(2_020, "exception", name="SessionStreamingException", message="broken"),
    Entry(2_021, "end", reason="exception"),
]


def recorded() -> bytes:
    file = io.BytesIO()
    write_line(file, Header(VERSION, ("arn:aws:logs:us-east-1:123456789012:log-group:/shop/api",), 5_000))
    for entry in ENTRIES:
        write_line(file, entry)
    return file.getvalue()


def test_what_is_written_is_read() -> None:
    assert read_recording(recorded()) == ENTRIES


def test_each_line_is_on_disk_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    with path.open("wb") as file:
        write_line(file, Header(VERSION))
        assert is_recording(path.read_bytes())
        write_line(file, ENTRIES[1])
        assert read_recording(path.read_bytes()) == [ENTRIES[1]]


def test_any_cut_loses_at_most_the_line_it_is_in() -> None:
    content = recorded()
    whole = read_recording(content)
    header_end = content.index(b"\n") + 1
    for length in range(header_end, len(content) + 1):
        complete = content[:length].count(b"\n") - 1
        assert read_recording(content[:length]) in (whole[:complete], whole[: complete + 1])


def test_every_bad_line_is_named() -> None:
    lines = recorded().split(b"\n")
    lines[1] = b"{oops"
    lines[3] = b'{"offset_ms": 1, "kind": "dance"}'
    with pytest.raises(ScenarioError) as refused:
        read_recording(b"\n".join(lines))
    first, second = refused.value.problems
    assert first.startswith("line 2: ")
    assert second.startswith("line 4: ")
    assert "dance" in second


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "line 1: no header of a recording"),
        (b"hello", "line 1: no header of a recording"),
        (b'{"offset_ms": 1}\n', "line 1: no header of a recording"),
        (b'{"livetail": 2}\n', "line 1: version 2 of the format is unknown; 1 is known"),
        (b"\xff\n", "line 1: no header of a recording"),
    ],
)
def test_refuses_what_is_no_recording(content: bytes, problem: str) -> None:
    with pytest.raises(ScenarioError, match=problem):
        read_recording(content)


def test_tells_recordings_from_other_lines() -> None:
    assert is_recording(b'{"livetail": 1}')
    assert not is_recording(b'{"offset_ms": 1, "message": "livetail"}')
    assert not is_recording(b"livetail")
    assert not is_recording(b"\xff")
