"""What the program shows, and what it does when sessions are refused, break or end. Its pauses take no time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from threading import Event
from typing import Any

import pytest
from logtail import Follower

from livetail import LiveTail, faults

LIMIT = faults.error("LimitExceededException", times=2)
BROKEN = [faults.exception(after_updates=1), faults.cut(after_updates=1)]


class Program:
    def __init__(self, livetail: LiveTail, logs: Any, threads: ThreadPoolExecutor) -> None:
        self.livetail, self.threads, self.lines, self.reading = livetail, threads, Queue[str](), Event()
        self.reading.set()
        arns = [livetail.log_group_arn("/app/api")]
        self.follower = Follower(logs, arns, self.show, pattern="-DEBUG", pause=lambda seconds: None)

    def show(self, line: str) -> None:
        self.reading.wait(20)
        self.lines.put(line[:60])

    def start(self, fault: faults.AnyRule | None = None) -> None:
        if fault:
            self.livetail.add_fault(fault)
        self.threads.submit(self.follower.follow)
        self.session = self.livetail.wait_for_new_session()

    def write(self, messages: list[str], shown: int) -> list[str]:
        self.livetail.put("/app/api", "web-1", messages)
        self.livetail.advance(2)
        return [self.lines.get(timeout=20) for _ in range(shown)]


@pytest.fixture
def program(livetail: LiveTail, livetail_client: Any) -> Iterator[Program]:
    livetail.put("/app/api", "web-1", ["before"])
    with ThreadPoolExecutor() as threads:
        yield (program := Program(livetail, livetail_client, threads))
        program.follower.close()
        program.reading.set()
        livetail.reset()


@pytest.mark.livetail(clock="manual", seed=7)
class TestProgram:
    def test_messages(self, livetail: LiveTail, program: Program) -> None:
        program.start()
        assert program.write(["hello", "world"], 3) == ["-- following", "hello", "world"]
        livetail.assert_nothing_dropped()

    def test_filter(self, livetail: LiveTail, program: Program) -> None:
        program.start()
        assert program.write(["DEBUG 1", "ERROR 2"], 2) == ["-- following", "ERROR 2"]
        livetail.assert_requested("StartLiveTail", times=1, where={"logEventFilterPattern": "-DEBUG"})

    @pytest.mark.parametrize(("fault", "seconds"), [(None, 3 * 3600), *((rule, 2) for rule in BROKEN)], ids="tec")
    def test_next_session(self, livetail: LiveTail, program: Program, fault: faults.FaultRule, seconds: int) -> None:
        program.start(fault)
        livetail.advance(seconds)
        livetail.wait_for_new_session(after=program.session)
        assert program.write(["hello"], 4)[2:] == ["-- following", "hello"]
        assert program.session.wait_until_ended() == ("fault" if fault else "timeout")

    @pytest.mark.parametrize(("fault", "shown"), [(faults.duplicate(after_updates=0), 3), (LIMIT, 4)], ids="dl")
    def test_fault(self, program: Program, fault: faults.FaultRule, shown: int) -> None:
        program.start(fault)
        assert program.write(["hello"], shown)[-2:] == (["hello"] * 2 if shown == 3 else ["-- following", "hello"])

    def test_sampling(self, program: Program) -> None:
        program.start()
        assert len(set(program.write([str(number) for number in range(600)], 502))) == 502, "500 and two notes"

    def test_stall(self, program: Program) -> None:
        program.start(faults.stall(5.5, after_updates=1))
        assert program.write(["one"], 1) + program.write(["two"], 0) + program.write(["three"], 0) == ["-- following"]
        assert program.write(["four"], 3) == ["one", "two", "three"]

    def test_slow_reader(self, program: Program) -> None:
        program.reading.clear()
        program.start()
        for number in range(12):
            program.write([f"{number} " + "x" * 250_000] * 4, 0)
        assert program.session.counters["droppedUpdates"] > 0
