"""Replay: the gaps, the order, the speed and the loop of what was recorded."""

import gzip
import json
from pathlib import Path

import msgspec
import pytest

from livetail.scenarios import ScenarioError
from livetail.scenarios.recording import VERSION, Entry, Header, RecordedEvent
from livetail.scenarios.replay import MAX_FILE_BYTES, Line, read_replay
from tests.unit.scenarios.builders import STARTED_AT, events_of, play, player, run_until


def line(offset: int, message: str, *, group: str = "/g", stream: str = "s") -> str:
    return json.dumps({"offset_ms": offset, "logGroup": group, "logStream": stream, "message": message})


def write(folder: Path, *lines: str) -> Path:
    path = folder / "lines.jsonl"
    path.write_text("\n".join(lines))
    return path


def replayed(folder: Path, seconds: float, keys: str = "") -> list[tuple[int, str]]:
    """Milliseconds since the start and message of each event."""
    emissions = play(f"[[replay]]\nfile = 'lines.jsonl'\n{keys}", seconds, directory=folder)
    return [(event.timestamp - STARTED_AT, event.message) for event in events_of(emissions)]


def test_gaps_are_kept(tmp_path: Path) -> None:
    write(tmp_path, line(0, "a"), line(1_234, "b"), "", line(60_000, "c"))
    assert replayed(tmp_path, 120) == [(0, "a"), (1_234, "b"), (60_000, "c")]


@pytest.mark.parametrize(("speed", "offsets"), [("10", [0, 123, 6_000]), ("0.5", [0, 2_468, 120_000])])
def test_speed(tmp_path: Path, speed: str, offsets: list[int]) -> None:
    write(tmp_path, line(0, "a"), line(1_234, "b"), line(60_000, "c"))
    assert [time for time, _ in replayed(tmp_path, 200, f"speed = {speed}")] == offsets


def test_start(tmp_path: Path) -> None:
    write(tmp_path, line(5, "a"))
    assert replayed(tmp_path, 20, "start = '10s'") == [(10_005, "a")]


def test_a_loop_starts_over_on_the_next_whole_second(tmp_path: Path) -> None:
    write(tmp_path, line(100, "a"), line(1_500, "b"))
    times = [time for time, _ in replayed(tmp_path, 60, "loop = true")]
    assert times == [start + offset for start in range(0, 60_000, 2_000) for offset in (100, 1_500)]
    playing = player("[[replay]]\nfile = 'lines.jsonl'\nloop = true", directory=tmp_path)
    run_until(playing, STARTED_AT + 3_600_000)
    assert playing.next_due() is not None


def test_a_replay_ends(tmp_path: Path) -> None:
    write(tmp_path, line(0, "a"), line(250, "b"))
    playing = player("[[replay]]\nfile = 'lines.jsonl'", directory=tmp_path)
    assert playing.next_due() == STARTED_AT
    run_until(playing, STARTED_AT)
    assert playing.next_due() == STARTED_AT + 300
    run_until(playing, STARTED_AT + 300)
    assert playing.next_due() is None


def test_order_is_that_of_the_file_even_when_streams_take_turns(tmp_path: Path) -> None:
    write(tmp_path, *(line(0, str(number), stream=f"s{number % 2}") for number in range(6)))
    emissions = play("[[replay]]\nfile = 'lines.jsonl'", 1, directory=tmp_path)
    assert [event.message for event in events_of(emissions)] == list("012345")
    assert [emission.log_stream for emission in emissions] == ["s0", "s1"] * 3


def test_a_run_of_one_stream_is_one_emission(tmp_path: Path) -> None:
    write(tmp_path, *(line(number, str(number)) for number in range(1, 50)))
    (emission,) = play("[[replay]]\nfile = 'lines.jsonl'", 1, directory=tmp_path)
    assert len(emission.events) == 49


def update(offset: int, *events: tuple[int, int, str, str]) -> Entry:
    """An update at an offset, with the timestamp, ingestion time, log stream and message of each event."""
    recorded = [
        RecordedEvent("123456789012:/shop/api", stream, timestamp, ingestion, message)
        for timestamp, ingestion, stream, message in events
    ]
    return Entry(offset, "update", sampled=False, events=tuple(recorded))


def write_recording(folder: Path, *entries: Entry) -> Path:
    return write(folder, *(msgspec.json.encode(line).decode() for line in (Header(VERSION), *entries)), "")


def recording(folder: Path) -> Path:
    return write_recording(
        folder,
        Entry(10, "start", session={"sessionId": "s"}),
        update(1_010, (5_000_000, 5_000_200, "a", "one"), (4_999_000, 5_000_450, "b", "two")),
        update(2_010),
        update(3_010, (5_002_300, 5_002_300, "a", "three"), (5_002_200, 5_002_300, "a", "four")),
        Entry(7_500, "end", reason="closed"),
    )


def test_a_recording_keeps_order_gaps_and_ages(tmp_path: Path) -> None:
    recording(tmp_path)
    emissions = play("[[replay]]\nfile = 'lines.jsonl'", 10, directory=tmp_path)
    assert [
        (emission.log_group, emission.log_stream, event.timestamp - STARTED_AT, event.message)
        for emission in emissions
        for event in emission.events
    ] == [
        ("/shop/api", "a", 375 - 200, "one"),
        ("/shop/api", "b", 625 - 1_450, "two"),
        ("/shop/api", "a", 2_475, "three"),
        ("/shop/api", "a", 2_375, "four"),
    ]
    for emission in emissions:
        times = [event.timestamp for event in emission.events]
        assert times == sorted(times)


def test_a_recording_loops_after_its_end(tmp_path: Path) -> None:
    replay = read_replay(recording(tmp_path))
    assert [line.offset_ms for line in replay.lines] == [375, 625, 2_475, 2_475]
    assert replay.length_ms == 7_500


def seconds_of(folder: Path, *updates: tuple[int, list[int]]) -> list[int]:
    """Record updates, given by their offsets and the ingestion times in them; returns the second of each event."""
    entries = [update(offset, *((time, time, "a", str(time)) for time in times)) for offset, times in updates]
    path = write_recording(folder, Entry(40, "start", session={"sessionId": "s"}), *entries)
    lines = read_replay(path).lines
    assert [line.message for line in lines] == [str(time) for _, times in updates for time in times]
    return [-(-line.offset_ms // 1_000) for line in lines]


BUSY = [(1, [7_030, 7_990]), (2, [8_020, 9_000]), (3, []), (4, [10_001, 10_999])]
"""Updates of a session that began between 7,000 and 7,001."""


def test_events_stay_in_their_second_of_the_session(tmp_path: Path) -> None:
    late = [(second * 1_000 + 40 + 13 * second, times) for second, times in BUSY]
    assert seconds_of(tmp_path, *late) == [1, 1, 2, 2, 4, 4]


def test_also_when_the_clock_of_the_service_was_moved_by_hand(tmp_path: Path) -> None:
    assert seconds_of(tmp_path, *((50 + second, times) for second, times in BUSY)) == [1, 1, 2, 2, 4, 4]


def test_also_when_the_reader_was_too_slow_for_some_updates(tmp_path: Path) -> None:
    some = [(second * 1_000 + 50, times) for second, times in BUSY if second in (1, 4)]
    assert seconds_of(tmp_path, *some) == [1, 1, 4, 4]


def test_what_arrives_at_the_turn_of_a_second_stays_on_its_side(tmp_path: Path) -> None:
    """As where a test puts events, then moves the clock on by a second."""
    assert seconds_of(tmp_path, (50, [5_000]), (51, [6_000, 6_000]), (52, [7_000])) == [1, 2, 2, 3]
    assert seconds_of(tmp_path, (50, [5_000, 6_000]), (51, [6_000, 7_000])) == [1, 1, 2, 2]


def test_updates_that_fit_no_second_keep_their_gaps(tmp_path: Path) -> None:
    lines = (50, [5_000, 9_500]), (51, [9_600]), (52, [9_400])
    assert seconds_of(tmp_path, *lines) == [1, 5, 5, 5]
    read = read_replay(tmp_path / "lines.jsonl")
    assert [line.offset_ms for line in read.lines] == [1, 4_500, 4_600, 4_600]


def test_a_recording_that_was_cut_off_is_replayed(tmp_path: Path) -> None:
    path = recording(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    assert len(read_replay(path).lines) == 4


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ("", ["it has no events"]),
        ('{"livetail": 1}\n', ["it has no events"]),
        ("{\n" + line(1, "a") + "\nx", ["line 1: ", "line 3: "]),
        (line(5, "a") + "\n" + line(-4, "b"), ["line 2: Expected `int` >= 0"]),
        (line(0, ""), ["line 1: the message is empty; a log event has at least one character"]),
        (line(0, "x", group="a b"), ["line 1: the log group is 'a b'; a name of 1 to 512"]),
        (line(0, "x", stream="a:b"), ["line 1: the log stream is 'a:b'; a name of 1 to 512"]),
        ('{"offset_ms": 0, "logGroup": "/g"}', ["line 1: Object missing required field `message`"]),
        ('{"livetail": 1}\n{"offset_ms": 1}\n', ["line 2: Object missing required field `kind`"]),
        ("\n".join(["{"] * 50), ["line "] * 20 + ["and 30 more lines are bad"]),
    ],
)
def test_refuses_bad_lines_with_their_numbers(tmp_path: Path, content: str, problems: list[str]) -> None:
    path = write(tmp_path, content)
    with pytest.raises(ScenarioError) as refused:
        read_replay(path)
    assert len(refused.value.problems) == len(problems)
    for problem, expected in zip(refused.value.problems, problems, strict=True):
        assert problem.startswith(expected)


def test_refuses_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(ScenarioError, match="it has more than 67,108,864 bytes"):
        read_replay(path)


EVENTS = [
    {"logStreamName": "web-2", "timestamp": 1_700_000_001_500, "message": "later", "eventId": "1"},
    {"logStreamName": "web-1", "timestamp": 1_700_000_000_000, "ingestionTime": 1, "message": "first", "eventId": "0"},
]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"events": EVENTS, "searchedLogStreams": []}, indent=4),
        json.dumps({"events": EVENTS}),
        json.dumps(EVENTS),
        "\n".join(map(json.dumps, EVENTS)),
    ],
    ids=["page", "one line", "--query events", "lines"],
)
@pytest.mark.parametrize("packed", [False, True])
def test_the_output_of_the_aws_cli_is_replayed_in_order(tmp_path: Path, content: str, packed: bool) -> None:
    path = tmp_path / ("my logs.json" + ".gz" * packed)
    path.write_bytes(gzip.compress(content.encode()) if packed else content.encode())
    replay = read_replay(path)
    assert replay.lines == (
        Line(0, "/replay/my-logs", "web-1", "first"),
        Line(1_500, "/replay/my-logs", "web-2", "later"),
    )
    assert replay.length_ms == 2_000
    assert {line.log_group for line in read_replay(path, "/other").lines} == {"/other"}


@pytest.mark.parametrize(
    "content",
    [
        '{"a": ' + "[" * 100_000,
        '{"livetail": 1}\n{"offset_ms": 1, "kind": "start", "session": {"a": ' + "[" * 100_000 + "\n",
    ],
    ids=["lines", "recording"],
)
def test_refuses_what_is_nested_too_deeply(tmp_path: Path, content: str) -> None:
    path = tmp_path / "deep"
    path.write_text(content)
    with pytest.raises(ScenarioError, match="line [12]: maximum recursion depth exceeded"):
        read_replay(path)


def test_refuses_gzip_that_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "lines.gz"
    path.write_bytes(gzip.compress(line(0, "a").encode())[:-4])
    with pytest.raises(ScenarioError, match="it cannot be unpacked: "):
        read_replay(path)


def test_refuses_folders_and_broken_names(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "a\0b", tmp_path / ("x" * 5_000)):
        with pytest.raises(ScenarioError):
            read_replay(path)


def test_lines_may_be_in_any_order(tmp_path: Path) -> None:
    path = write(tmp_path, line(5, "b") + "\n" + line(4, "a") + "\n" + line(5, "c"))
    assert [(found.offset_ms, found.message) for found in read_replay(path).lines] == [(4, "a"), (5, "b"), (5, "c")]
