"""What every format is: something that fills given instants with log events."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from livetail.scenarios.traffic import RequestIds
from livetail.store.batch import LogEvent

if TYPE_CHECKING:
    from livetail.core.chance import Chance, Random

__all__ = ["Format", "LineFormat"]


class Format(Protocol):
    """The maker of one source's events, made with the source's own random stream."""

    def events(self, times: Sequence[int], streams: Sequence[int]) -> list[LogEvent]:
        """One event for each of `times` (epoch milliseconds, in order), which goes to the stream of that position.

        The time stamp of an event is its time, or shortly before it for a format whose lines arrive late.
        """
        ...


class LineFormat(ABC):
    """A format whose events know nothing of each other: all that differs is the message."""

    def __init__(self, random: "Random", stream_names: Sequence[str], chance: "Chance") -> None:
        self._random = random
        self._stream_names = tuple(stream_names)
        self._request_ids = RequestIds(chance, random)

    @staticmethod
    def default_streams(random: "Random", instant: int) -> tuple[str, ...]:
        """The streams of a source that names none and whose log group declares none."""
        return ("main",)

    @abstractmethod
    def message(self, instant: int, stream: int) -> str:
        """The message of the event at `instant` in the stream at position `stream`."""

    def events(self, times: Sequence[int], streams: Sequence[int]) -> list[LogEvent]:
        message = self.message
        return [LogEvent(time, message(time, stream)) for time, stream in zip(times, streams, strict=True)]
