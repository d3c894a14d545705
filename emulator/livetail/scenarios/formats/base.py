"""The base of all formats: they make log events for given instants."""

from collections.abc import Callable, Sequence

from livetail.core.chance import Chance, Random
from livetail.scenarios.timestamps import IsoTime
from livetail.scenarios.traffic import RequestIds, Traffic
from livetail.store.batch import LogEvent


class Format:
    """The log events of one source. Most formats only have a `message`, whose events do not depend on each other."""

    def __init__(self, random: Random, stream_names: Sequence[str], chance: Chance) -> None:
        """`random` is the source's own, `chance` that of all sources of the scenario."""
        self._random = random
        self._traffic = Traffic(random)
        self._request_ids = RequestIds(chance, random)
        self._time = self.make_time()

    @staticmethod
    def default_streams(random: Random, instant: int) -> tuple[str, ...]:
        """The log streams of a source, if neither it nor its log group names any."""
        return ("main",)

    @staticmethod
    def make_time() -> Callable[[int], str]:
        """A function that writes an instant as the lines do."""
        return IsoTime()

    def message(self, instant: int, stream: int) -> str:
        """The message of the event at `instant` in the log stream at position `stream`."""
        raise NotImplementedError

    def events(self, times: Sequence[int], streams: Sequence[int]) -> list[LogEvent]:
        """One event for each of `times` (epoch milliseconds, in order), for the log stream of that position.

        The timestamp of an event is its time, or shortly before it for a format whose lines arrive late.
        """
        message = self.message
        return [LogEvent(time, message(time, stream)) for time, stream in zip(times, streams, strict=True)]
