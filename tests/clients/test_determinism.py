"""Two processes with one seed, one start of the clock and the same requests: the same bytes on the wire."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from livetail.testing.handle import LiveTail
from tests.docs.reading import ROOT
from tests.wire.commands import serving
from tests.wire.frames import Frame, split
from tests.wire.http1 import Http1, Http1Tail
from tests.wire.http2 import Http2Tail
from tests.wire.reading import Reading

SHOP, MAILER, OWN = "/demo/shop", "/aws/lambda/demo-mailer", "/own"
START: Final = 1_767_225_600_000

HALF: Final = {"times": 0, "probability": 0.5}
RULES: Final = [
    {"operation": "ListTagsLogGroup", **HALF, "effect": {"type": "error", "code": "ThrottlingException"}},
    {"where": {"logGroup": MAILER}, "after": {"updates": 0}, **HALF, "effect": {"type": "duplicate"}},
    {"where": {"logGroup": OWN}, "effect": {"type": "reorder", "milliseconds": 1_500, "share": 0.3}},
    {"where": {"logGroup": OWN}, "effect": {"type": "lose", "fraction": 0.2}},
]


class _Raw(Http1):
    """A connection that keeps every byte that it received."""

    def __init__(self, emulator: LiveTail) -> None:
        super().__init__(emulator)
        self.received = b""

    def _receive(self) -> None:
        before = len(self.unread)
        super()._receive()
        self.received += self.unread[before:]


class _RawTail(_Raw, Http1Tail):
    def __init__(self, emulator: LiveTail, log_group: str, **parameters: Any) -> None:
        self.received = b""
        Http1Tail.__init__(self, emulator, log_group, **parameters)


@dataclass(frozen=True)
class Run:
    """What one run received, by connection."""

    connections: dict[str, bytes]

    @property
    def samples(self) -> list[list[str]]:
        """The log events of the updates that are a sample."""
        updates = [frame.json for frame in _frames(self.connections["shop"]) if frame.kind == "sessionUpdate"]
        return [
            [event["message"] for event in update["sessionResults"]]
            for update in updates
            if update["sessionMetadata"]["sampled"]
        ]

    @property
    def draws(self) -> tuple[str, int]:
        """Which requests were refused, and how many messages were received, duplicates included."""
        statuses = re.findall(rb"HTTP/1\.1 (\d{3}) ", self.connections["client"])
        return b" ".join(statuses).decode(), len(_frames(self.connections["mailer"]))


_DATE: Final = re.compile(rb"\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT")
"""The Date of a response, which is the real time with any clock of the emulator."""


def _frames(received: bytes) -> Sequence[Frame]:
    """The messages of a tail, from the bytes of its HTTP/1.1 connection."""
    _, _, rest = received.partition(b"\r\n\r\n")
    body = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return split(body)[0]


def _run(folder: Path, seed: int) -> Run:
    scenario = str(ROOT / "fixtures" / "demo.toml")
    flags = ("--seed", str(seed), "--clock", "manual@2026-01-01T00:00:00Z", "--scenario", scenario)
    with serving(folder, *flags) as command:
        return _record(command.handle)


def _record(emulator: LiveTail) -> Run:
    """The same requests each time: faults, tails over both protocols, nine seconds of logs, and questions."""
    with _Raw(emulator) as client:
        _ask(client, "/_livetail/events", {"logGroup": OWN, "logStream": "s", "messages": ["before anyone listens"]})
        for rule in RULES:
            _ask(client, "/_livetail/faults", rule)
        with (
            _RawTail(emulator, SHOP) as shop,
            _RawTail(emulator, MAILER, logEventFilterPattern="?REPORT ?START") as mailer,
            _RawTail(emulator, OWN) as own,
            Http2Tail(emulator, SHOP, logStreamNamePrefixes=["web-"]) as http2,
            Reading(shop),
            Reading(mailer),
            Reading(own),
            Reading(http2) as reading,
        ):
            _ask(client, "/_livetail/clock/advance", {"seconds": 0.25})
            for second in range(9):
                events = [
                    {"timestamp": START + 1_000 * second, "message": f"{second}-{number}"} for number in range(30)
                ]
                client.call("PutLogEvents", {"logGroupName": OWN, "logStreamName": "s", "logEvents": events})
                _ask(client, "/_livetail/clock/advance", {"seconds": 1})
            sessions = client.ask(path="/_livetail/sessions").json["sessions"]
            for session in sessions:
                client.ask("DELETE", f"/_livetail/sessions/{session['sessionId']}")
            frames = reading.finish()
        for _ in range(24):
            client.call("ListTagsLogGroup", {"logGroupName": SHOP})
        client.call("FilterLogEvents", {"logGroupName": SHOP, "limit": 40})
        client.call("GetLogEvents", {"logGroupName": MAILER, "logStreamName": "none"})
        client.call("DescribeLogStreams", {"logGroupName": MAILER})
        client.call("StartLiveTail", {"logGroupIdentifiers": []})
        for path in ("faults", "requests", "scenarios", "clock"):
            client.ask(path=f"/_livetail/{path}")
        heads = http2.head(http2.stream)
        received = {
            "client": client.received,
            "shop": shop.received,
            "mailer": mailer.received,
            "own": own.received,
            "HTTP/2": heads + b"".join(frame.raw for frame in (*http2.opening, *frames)),
        }
        return Run({name: _DATE.sub(b"the real time", data) for name, data in received.items()})


def _ask(client: Http1, path: str, body: object) -> None:
    response = client.ask("POST", path, json.dumps(body).encode())
    assert response.status == 200, response


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return _run(tmp_path_factory.mktemp("first"), seed=7)


def test_same_seed_gives_the_same_bytes(first: Run, tmp_path: Path) -> None:
    again = _run(tmp_path, seed=7)
    for name, received in first.connections.items():
        assert again.connections[name] == received, name


def test_other_seed_gives_other_bytes(first: Run, tmp_path: Path) -> None:
    other = _run(tmp_path, seed=8)
    for name, received in first.connections.items():
        assert other.connections[name] != received, name
    assert other.samples != first.samples
    assert other.draws != first.draws


def test_the_run_has_what_chance_decides(first: Run) -> None:
    """Otherwise the bytes could be the same because nothing in them is random."""
    assert first.samples and {len(sample) for sample in first.samples} == {500}
    statuses, messages = first.draws
    assert statuses.count("400") > 5 and statuses.count("200") > 20
    assert messages > 2 + 9
    own = [
        event["message"] for frame in _frames(first.connections["own"])[2:] for event in frame.json["sessionResults"]
    ]
    assert own != sorted(own) and 150 < len(own) < 260
