"""A client that reads its tail without a break, in a thread of its own."""

import threading
from types import TracebackType
from typing import Protocol, Self

from tests.wire.frames import Frame

__all__ = ["Reading"]


class _Tail(Protocol):
    def take(self) -> Frame | None: ...


class Reading:
    """Reads until the stream ends.

    Attributes:
        frames: what has come so far.
        failure: what broke the stream, if it did not end cleanly.
    """

    def __init__(self, tail: _Tail) -> None:
        self.frames: list[Frame] = []
        self.failure: Exception | None = None
        self._tail = tail
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.join()

    def finish(self) -> list[Frame]:
        """All messages, once the stream has ended.

        Raises:
            Exception: the stream broke.
        """
        self._thread.join()
        if self.failure is not None:
            raise self.failure
        return self.frames

    def _read(self) -> None:
        try:
            while (frame := self._tail.take()) is not None:
                self.frames.append(frame)
        except Exception as error:
            self.failure = error
