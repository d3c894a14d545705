"""Logs of an AWS Lambda function: START, its own lines, END and REPORT, each invocation under one request id.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html shows the lines. A log stream is one execution
environment: it runs one invocation at a time, and the first is a cold start.

The rate of the source gives the lines per second. If that is slower than the function would write them, their time
stamps are earlier than their arrival; if it is faster, the function is faster. So the time from START to END is always
the reported Duration.
"""

from collections.abc import Generator, Sequence

from livetail.core.chance import Chance, Random
from livetail.scenarios.formats.base import Format, date, iso_time
from livetail.scenarios.traffic import draw_uuid, one_of
from livetail.store.batch import LogEvent

_MEMORY_MB = 256
_STEPS = ("Loaded cart", "Reserved the items", "Charged the card")
_ERRORS = (
    "TimeoutError: inventory did not answer",
    "KeyError: 'address'",
    "ConditionalCheckFailedException: item was changed",
)


class LambdaFormat(Format):
    """Execution environments that take turns: which one writes is given with each instant."""

    def __init__(self, random: Random, stream_names: Sequence[str], chance: Chance) -> None:
        super().__init__(random, stream_names, chance)
        self._environments: dict[int, Generator[LogEvent, int, None]] = {}

    @staticmethod
    def default_streams(random: Random, instant: int) -> tuple[str, ...]:
        day = date(instant, "%Y/%m/%d")
        return tuple(f"{day}/[$LATEST]{random.getrandbits(128):032x}" for _ in range(3))

    def events(self, times: Sequence[int], streams: Sequence[int]) -> list[LogEvent]:
        return [self._next_line(arrives, stream) for arrives, stream in zip(times, streams, strict=True)]

    def _next_line(self, arrives: int, stream: int) -> LogEvent:
        if stream in self._environments:
            return self._environments[stream].send(arrives)
        environment = self._environments[stream] = self._environment(arrives)
        return next(environment)

    def _environment(self, arrives: int) -> Generator[LogEvent, int, None]:
        """The lines of an execution environment. The generator is sent the instant at which the next line arrives."""
        random, draw, used_mb = self._random, self._random.random, 0
        while True:
            request_id = draw_uuid(random)
            start = stamp = arrives
            init_ms = 0.0 if used_mb else 180.0 + draw() * 900.0
            tail = draw()
            # Most take tens of milliseconds, a few take seconds.
            duration_ms = 8 + int(60 * (0.5 + draw()) / (1.0 - 0.98 * tail * tail))
            failed = draw() < 0.04
            if failed:
                duration_ms += 600
            steps = 1 + int(draw() * len(_STEPS))
            arrives = yield LogEvent(start, f"START RequestId: {request_id} Version: $LATEST\n")
            # The steps and END follow at equal intervals.
            for step in range(steps + 1):
                start = min(start, arrives)  # the clock may have been set back
                written = start + int(duration_ms * (1.0 - (steps - step) / (steps + 1)))
                stamp = min(arrives, max(stamp, written))
                if step == steps:
                    line = f"END RequestId: {request_id}\n"
                elif failed and step == steps - 1:
                    line = f"[ERROR]\t{iso_time(stamp)}\t{request_id}\t{one_of(random, _ERRORS)}\n"
                elif draw() < 0.03:
                    line = f"[WARNING]\t{iso_time(stamp)}\t{request_id}\tRetrying call to inventory\n"
                else:
                    line = f"[INFO]\t{iso_time(stamp)}\t{request_id}\t{_STEPS[step]}\n"
                arrives = yield LogEvent(stamp, line)
            # The stamps are whole milliseconds, the report has hundredths.
            reported_ms = stamp - start + int(draw() * 100) / 100
            used_mb = max(used_mb, 62 + int(draw() * 40))  # the maximum of an environment never decreases
            init = f"Init Duration: {init_ms:.2f} ms\t" if init_ms else ""
            report = (
                f"REPORT RequestId: {request_id}\tDuration: {reported_ms:.2f} ms\t"
                f"Billed Duration: {-int(-(reported_ms + init_ms) // 1)} ms\tMemory Size: {_MEMORY_MB} MB\t"
                f"Max Memory Used: {used_mb} MB\t{init}\n"
            )
            arrives = yield LogEvent(min(stamp, arrives), report)
