"""What the program shows, and what it does when sessions are refused, break or end."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from threading import Event
from typing import Any

import pytest
from logtail import Follower

from livetail import LiveTail, faults

pytestmark = pytest.mark.livetail(clock="manual", seed=7)


class Program:
    """The program in a thread; its pauses take no time. It shows nothing while `reading` is not set."""

    def __init__(self, livetail: LiveTail, logs: Any, threads: ThreadPoolExecutor) -> None:
        self.livetail, self.threads, self.lines, self.reading = livetail, threads, Queue[str](), Event()
        self.reading.set()
        arns = [livetail.log_group_arn("/app/api")]
        self.follower = Follower(logs, arns, self.show, pattern="-DEBUG", pause=lambda seconds: None)

    def show(self, line: str) -> None:
        self.reading.wait(20)
        self.lines.put(line[:60])

    def start(self) -> None:
        self.threads.submit(self.follower.follow)
        self.session = self.livetail.wait_for_new_session()

    def write(self, messages: list[str], shown: int) -> list[str]:
        """Write messages, let two seconds pass, and return the next lines that it shows."""
        self.livetail.put("/app/api", "web-1", messages)
        self.livetail.advance(2)
        return [self.lines.get(timeout=20) for _ in range(shown)]


@pytest.fixture
def program(livetail: LiveTail, livetail_client: Any) -> Iterator[Program]:
    livetail.put("/app/api", "web-1", ["before"])
    with ThreadPoolExecutor() as threads:
        yield (program := Program(livetail, livetail_client, threads))
        program.follower.close()
        livetail.reset()


def test_messages(livetail: LiveTail, program: Program) -> None:
    program.start()
    assert program.write(["hello", "world"], 3) == ["-- following", "hello", "world"]
    livetail.assert_nothing_dropped()


def test_filter(livetail: LiveTail, program: Program) -> None:
    program.start()
    assert program.write(["DEBUG 1", "ERROR 2"], 2) == ["-- following", "ERROR 2"]
    livetail.assert_requested("StartLiveTail", times=1, where={"logEventFilterPattern": "-DEBUG"})


def test_three_hours(livetail: LiveTail, program: Program) -> None:
    program.start()
    livetail.advance(3 * 3600)
    assert program.session.wait_until_ended() == "timeout"
    livetail.wait_for_new_session(after=program.session)
    assert program.write(["hello"], 4)[2:] == ["-- following", "hello"]


@pytest.mark.parametrize("fault", [faults.exception(after_updates=1), faults.cut(after_updates=1)], ids=["exc", "cut"])
def test_broken_session(livetail: LiveTail, program: Program, fault: faults.FaultRule) -> None:
    livetail.add_fault(fault)
    program.start()
    livetail.advance(2)
    livetail.wait_for_new_session(after=program.session)
    assert program.write(["hello"], 4)[2:] == ["-- following", "hello"]


def test_duplicates(livetail: LiveTail, program: Program) -> None:
    livetail.add_fault(faults.duplicate(after_updates=0))
    program.start()
    assert program.write(["hello"], 3) == ["-- following", "hello", "hello"]


def test_sampling(program: Program) -> None:
    program.start()
    assert len(set(program.write([str(number) for number in range(600)], 502))) == 502, "500 of them and two notes"


def test_limit_twice(livetail: LiveTail, program: Program) -> None:
    livetail.add_fault(faults.error("LimitExceededException", times=2))
    program.start()
    assert program.write(["hello"], 4)[2:] == ["-- following", "hello"]
    livetail.assert_requested("StartLiveTail", times=3)


def test_stall(livetail: LiveTail, program: Program) -> None:
    livetail.add_fault(faults.stall(5.5, after_updates=1))
    program.start()
    assert program.write(["one"], 1) + program.write(["two"], 0) == ["-- following"]
    livetail.advance(4)
    assert program.write(["three"], 2) == ["one", "two"]


def test_slow_reader(livetail: LiveTail, program: Program) -> None:
    program.reading.clear()
    program.start()
    for number in range(12):
        program.write([f"{number} " + "x" * 250_000] * 4, 0)
    assert program.session.counters["droppedUpdates"] > 0
    program.reading.set()
    while not program.lines.get(timeout=20).startswith("11 "):
        pass
