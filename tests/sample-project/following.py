"""The program at work in a thread, for the tests."""

from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any, Protocol

from logtail import Follower

__all__ = ["Follow", "Following"]


class Following:
    """A follower at work.

    Attributes:
        pauses: the seconds for which it has paused; in a test they take no time.
        done: how it ends.
    """

    def __init__(self, threads: ThreadPoolExecutor, logs: Any, arns: list[str], pattern: str) -> None:
        self.pauses: list[float] = []
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._follower = Follower(logs, arns, self._lines.put, pattern=pattern, pause=self.pauses.append)
        self.done: Future[None] = threads.submit(self._follower.follow)

    def line(self) -> str:
        """The next line that it shows."""
        return self._lines.get(timeout=20)

    def lines(self, count: int) -> list[str]:
        return [self.line() for _ in range(count)]

    def rest(self) -> list[str]:
        """What else it has shown, once it is done."""
        self.done.result(20)
        return self.lines(self._lines.qsize())

    def close(self) -> None:
        self._follower.close()


class Follow(Protocol):
    """Starts the program on log groups, given by their names."""

    def __call__(self, *log_groups: str, pattern: str = "") -> Following: ...
