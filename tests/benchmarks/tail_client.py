"""The reader of many tails, a process of its own:

    python -m tests.benchmarks.tail_client '{"port": 4586, "tails": 1000, …}'

It shares the machine with the server that is measured, so it does as little as it can: one thread waits for all
connections at once, reads what is there into the same memory again and again, and looks at nothing but lengths. The
events are put by this thread, too, from requests that were made beforehand.

It prints a JSON line at the beginning and at the end of the measurement, so that whoever started it knows when to read
the server's meters; the last line is a `Reading`.
"""

import gc
import json
import os
import selectors
import sys
import time
from typing import Any, Final

import msgspec

from tests.benchmarks.raw_http import GROUP_ARN, Client, aws_request, get_request, put_requests
from tests.benchmarks.servers import HOST, Meter, raise_file_limit, read_meter
from tests.benchmarks.tail_stream import TailStream

_LATE: Final = 0.25
"""Seconds behind its instant from which an update counts as late."""

_AFTERWARDS: Final = 2.0
"""Seconds for which updates are still read after the last one of the measurement was due."""


class Load(msgspec.Struct, frozen=True):
    """What to do.

    Attributes:
        path: where tails are asked for: the emulator's `/`, or the null application's `/tail`.
        opening: seconds over which the tails are opened. Each ticks on a grid of its own, from its start on.
        rate: log events a second, of `message_bytes` each, in `puts` requests a second.
        settling: seconds between the start of the last tail and the beginning of the measurement.
        seconds: how long is measured.
    """

    port: int
    path: str
    tails: int
    opening: float
    rate: int
    puts: int
    message_bytes: int
    settling: float
    seconds: float


class Mark(msgspec.Struct, frozen=True):
    """Printed when the measurement begins and when it ends."""

    mark: str


class Reading(msgspec.Struct, frozen=True):
    """What arrived.

    Attributes:
        updates: session updates that were due in the measured time and have arrived; `missing` have not.
        update_bytes: bytes of an update on average.
        events_per_update: log events in an update on average, as the server counts them.
        lateness: milliseconds from the instant at which an update was due to the arrival of its last byte, in order.
        late: updates later than 250 ms.
        dropped: updates that the server dropped because this client was too slow.
        puts: requests that were answered in the measured time.
        client_cpu: the share of a processor that this process took.
        client_waited: the share of the time that it waited for a processor which others used.
    """

    updates: int
    missing: int
    update_bytes: float
    events_per_update: float
    lateness: list[float]
    late: int
    dropped: int
    puts: int
    client_cpu: float
    client_waited: float


class _Feeder:
    """Puts events at a steady pace; one request at a time, as a pipeline of them is none of the server's business."""

    def __init__(self, load: Load, selector: selectors.BaseSelector) -> None:
        self._requests = put_requests(20, load.rate // load.puts, load.message_bytes)
        self._interval = 1 / load.puts
        self._client = Client.to(HOST, load.port)
        self._next = time.time()
        self._waiting = False
        self.answered = 0
        selector.register(self._client.connection, selectors.EVENT_READ, self)

    def due_in(self, now: float) -> float:
        """Seconds until there is something to send."""
        return 1.0 if self._waiting else max(0.0, self._next - now)

    def send_if_due(self, now: float) -> None:
        if not self._waiting and now >= self._next:
            self._client.send(self._requests[self.answered % len(self._requests)])
            self._waiting = True
            self._next += self._interval

    def receive(self) -> None:
        self._client.receive()
        self._waiting = False
        self.answered += 1

    def close(self) -> None:
        self._client.close()


class _Reader:
    """All tails, and the feeder."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._selector = selectors.DefaultSelector()
        self._buffer = memoryview(bytearray(1024 * 1024))
        self._tails: list[TailStream] = []
        self._feeder = _Feeder(load, self._selector)

    def run(self) -> Reading:
        load = self._load
        self._open()
        self._read_until(time.time() + load.settling)
        begin = time.time()
        before, puts = read_meter(os.getpid()), self._feeder.answered
        _say(Mark("begin"))
        self._read_until(begin + load.seconds)
        _say(Mark("end"))
        used, puts = read_meter(os.getpid()) - before, self._feeder.answered - puts
        self._read_until(begin + load.seconds + _AFTERWARDS)
        return self._reading(begin, used, puts)

    def _open(self) -> None:
        """Open the tails, at even distances, and wait until the sessions have started."""
        load = self._load
        request = aws_request("StartLiveTail", {"logGroupIdentifiers": [GROUP_ARN]}, load.path)
        first = time.time()
        for number in range(load.tails):
            self._read_until(first + load.opening * number / load.tails)
            client = Client.to(HOST, load.port)
            client.send(request)
            self._tails.append(TailStream(client.connection))
            self._selector.register(client.connection, selectors.EVENT_READ, self._tails[-1])
        while not all(tail.session_id for tail in self._tails):
            self._read_until(time.time() + 0.1)

    def _read_until(self, end: float) -> None:
        while (now := time.time()) < end:
            self._feeder.send_if_due(now)
            for key, _ in self._selector.select(min(end - now, self._feeder.due_in(now))):
                if isinstance(key.data, TailStream):
                    self._read(key.data)
                else:
                    self._feeder.receive()

    def _read(self, tail: TailStream) -> None:
        size = tail.connection.recv_into(self._buffer)
        if not size:
            raise RuntimeError("the server has closed a tail")
        tail.feed(self._buffer[:size], time.time())

    def _reading(self, begin: float, used: Meter, puts: int) -> Reading:
        load = self._load
        sessions = {session["sessionId"]: session for session in self._sessions()}
        end = begin + load.seconds
        lateness: list[float] = []
        missing = 0
        for tail in self._tails:
            started = sessions[tail.session_id]["startedAt"] / 1000
            # The updates of a session are due at whole seconds from its start; those that came are the first ones.
            first, behind = int(begin - started) + 1, int(end - started) + 1
            arrivals = tail.arrivals[first - 1 : behind - 1]
            missing += behind - first - len(arrivals)
            lateness += [(arrival - started - number) * 1000 for number, arrival in enumerate(arrivals, start=first)]
        counters = [session["counters"] for session in sessions.values()]
        sent = sum(counter["updates"] for counter in counters)
        arrived = sum(len(tail.arrivals) for tail in self._tails)
        return Reading(
            updates=len(lateness),
            missing=missing,
            update_bytes=sum(tail.update_bytes for tail in self._tails) / arrived,
            events_per_update=sum(counter["delivered"] for counter in counters) / sent if sent else 0.0,
            lateness=sorted(lateness),
            late=sum(value > _LATE * 1000 for value in lateness),
            dropped=sum(counter["droppedUpdates"] for counter in counters),
            puts=puts,
            client_cpu=used.cpu / load.seconds,
            client_waited=used.waited / load.seconds,
        )

    def _sessions(self) -> list[dict[str, Any]]:
        """The sessions as the control plane lists them."""
        client = Client.to(HOST, self._load.port)
        try:
            sessions: list[dict[str, Any]] = json.loads(client.ask(get_request("/_livetail/sessions")))["sessions"]
        finally:
            client.close()
        return sessions


def _say(line: Mark | Reading) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.flush()


def main(load: Load) -> None:
    """Put the load on a server in which the log group exists."""
    raise_file_limit()
    reader = _Reader(load)
    gc.disable()  # a pause of this process would look like a late update
    _say(reader.run())


if __name__ == "__main__":
    main(msgspec.json.decode(sys.argv[1], type=Load))
