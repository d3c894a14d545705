"""Logs of an AWS Lambda function: START, its own lines, END and REPORT, each invocation under one request id.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html shows the lines. A log stream is one execution
environment, so it works at one invocation at a time, and the first of them is a cold start.

The rate of the source gives the lines per second. Where they come slower than the function would write them, their time
stamps are earlier than their arrival; where they come faster, the function is that fast. So the time from START to END
always is the Duration that is reported.
"""

from collections.abc import Sequence

from livetail.core.chance import Chance, Random
from livetail.core.clock import DAY
from livetail.scenarios.formats.base import Format
from livetail.scenarios.timestamps import civil
from livetail.scenarios.traffic import draw_uuid, one_of
from livetail.store.batch import LogEvent

_MEMORY_MB = 256
_STEPS = ("Loaded cart", "Reserved the items", "Charged the card")
_ERRORS = (
    "TimeoutError: inventory did not answer",
    "KeyError: 'address'",
    "ConditionalCheckFailedException: item was changed",
)


class _Invocation:
    """What is left to write of the invocation that an execution environment is at."""

    __slots__ = ("duration_ms", "end", "failed", "init_ms", "latest", "request_id", "start", "steps", "steps_left")

    def __init__(self, random: Random, start: int, *, cold: bool) -> None:
        draw = random.random
        self.request_id = draw_uuid(random)
        self.start = self.latest = start
        self.init_ms = 180.0 + draw() * 900.0 if cold else 0.0
        tail = draw()
        # Most take tens of milliseconds, a few take seconds.
        self.duration_ms = 8 + int(60 * (0.5 + draw()) / (1.0 - 0.98 * tail * tail))
        self.failed = draw() < 0.04
        if self.failed:
            self.duration_ms += 600
        self.steps = self.steps_left = 1 + int(draw() * len(_STEPS))
        self.end = 0

    def stamp(self, arrives: int, fraction: float) -> int:
        """The time stamp of the line that arrives now and was written `fraction` of the duration after the start."""
        self.latest = min(arrives, max(self.latest, self.start + int(self.duration_ms * fraction)))
        return self.latest


class LambdaFormat(Format):
    """Execution environments that take turns: which one writes is given with each instant."""

    def __init__(self, random: Random, stream_names: Sequence[str], chance: Chance) -> None:
        super().__init__(random, stream_names, chance)
        self._current: list[_Invocation | None] = [None] * len(stream_names)
        self._used_mb = [0] * len(stream_names)

    @staticmethod
    def default_streams(random: Random, instant: int) -> tuple[str, ...]:
        date = civil(instant - instant % DAY).strftime("%Y/%m/%d")
        return tuple(f"{date}/[$LATEST]{random.getrandbits(128):032x}" for _ in range(3))

    def events(self, times: Sequence[int], streams: Sequence[int]) -> list[LogEvent]:
        line = self._line
        return [line(time, stream) for time, stream in zip(times, streams, strict=True)]

    def _line(self, arrives: int, stream: int) -> LogEvent:
        invocation = self._current[stream]
        if invocation is None or invocation.start > arrives:  # the clock has been set back meanwhile
            invocation = _Invocation(self._random, arrives, cold=self._used_mb[stream] == 0)
            self._current[stream] = invocation
            return LogEvent(arrives, f"START RequestId: {invocation.request_id} Version: $LATEST\n")
        if invocation.steps_left:
            return self._step(invocation, arrives)
        if not invocation.end:
            invocation.end = invocation.stamp(arrives, 1.0)
            return LogEvent(invocation.end, f"END RequestId: {invocation.request_id}\n")
        self._current[stream] = None
        return LogEvent(invocation.end, self._report(invocation, stream))

    def _step(self, invocation: _Invocation, arrives: int) -> LogEvent:
        invocation.steps_left -= 1
        stamp = invocation.stamp(arrives, 1.0 - (invocation.steps_left + 1) / (invocation.steps + 1))
        if invocation.failed and not invocation.steps_left:
            level, text = "ERROR", one_of(self._random, _ERRORS)
        elif self._random.random() < 0.03:
            level, text = "WARNING", "Retrying call to inventory"
        else:
            level, text = "INFO", _STEPS[invocation.steps - invocation.steps_left - 1]
        return LogEvent(stamp, f"[{level}]\t{self._time(stamp)}\t{invocation.request_id}\t{text}\n")

    def _report(self, invocation: _Invocation, stream: int) -> str:
        draw = self._random.random
        # The stamps are whole milliseconds, the report has hundredths.
        duration_ms = invocation.end - invocation.start + int(draw() * 100) / 100
        billed_ms = -int(-(duration_ms + invocation.init_ms) // 1)
        # The maximum of an environment never falls.
        self._used_mb[stream] = max(self._used_mb[stream], 62 + int(draw() * 40))
        init = f"Init Duration: {invocation.init_ms:.2f} ms\t" if invocation.init_ms else ""
        return (
            f"REPORT RequestId: {invocation.request_id}\tDuration: {duration_ms:.2f} ms\t"
            f"Billed Duration: {billed_ms} ms\tMemory Size: {_MEMORY_MB} MB\t"
            f"Max Memory Used: {self._used_mb[stream]} MB\t{init}\n"
        )
