"""Each effect of a fault as real boto3 sees it: each row of docs/faults.md is tested."""

import builtins
import gc
import importlib
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

import pytest
from botocore import endpoint
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError
from urllib3.exceptions import ProtocolError

from livetail import LiveTailEmulator
from tests.clients.tailing import PATIENT, Tailing
from tests.docs.reading import document

GROUP = "/app/api"

IMPATIENT: Final = Config(read_timeout=0.3)
"""Real seconds. The emulator's clock does not move, so nothing that is due later happens meanwhile."""


def _rows() -> dict[str, str]:
    """The column `boto3` of each effect; `reset` is in both tables."""
    cells: dict[str, str] = {}
    for section in document("docs/faults.md").split("\n## "):
        table = [line for line in section.splitlines() if line.startswith("|")]
        if table and table[0] == "| effect | keys | HTTP/1.1 | HTTP/2 | boto3 |":
            place = "tail" if section.startswith("Effects on sessions") else "request"
            for row in table[2:]:
                effect, *_, outcomes = (cell.strip() for cell in row.strip("|").split("|"))
                cells[f"{place} {effect.strip('`')}"] = outcomes
    return cells


ROWS: Final = _rows()


@dataclass(frozen=True)
class Outcome:
    """One outcome of a row: an exception with words of its text, or none."""

    error: type[BaseException] | None
    text: str = ""
    call: str = ""

    def is_met_by(self, seen: "Seen") -> bool:
        if self.error is None or seen.error is None:
            return self.error is None and seen.error is None
        text = str(seen.error)
        # Some name their cause in their text.
        words = [word.strip() for word in self.text.split(",") if word]
        return isinstance(seen.error, self.error) and all(word in text for word in words) and self.call in seen.call


@dataclass(frozen=True)
class Seen:
    """The outcome of a case, and which call of the client raised it."""

    error: BaseException | None
    call: str = ""


def _outcomes(cell: str) -> Iterator[Outcome]:
    """The outcomes of a cell."""
    for clause in cell.split("; "):
        if clause == "nothing" or clause.startswith(("nothing:", "nothing,")):
            yield Outcome(None)
        pattern = r"`([\w.]+)`(?: from `(\w+)\(\)`)?(?:: ([A-Z][^;]*))?"
        for name, call, text in re.findall(pattern, clause):
            error = _exception(name)
            if error is not None:
                yield Outcome(error, text, call)


def _exception(name: str) -> type[BaseException] | None:
    module, _, simple = ("botocore.exceptions.ClientError" if name == "ClientError" else name).rpartition(".")
    if module.partition(".")[0] not in ("botocore", "urllib3", ""):
        return None
    found: object = getattr(importlib.import_module(module) if module else builtins, simple, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


@dataclass(frozen=True)
class Case:
    """A rule, and how a client meets it.

    Attributes:
        config: of the client.
        before: seconds that pass while the session is open; then it is ended, if the rule has not done so.
        after: seconds that pass after that.
    """

    rule: Mapping[str, Any]
    config: Config = PATIENT
    before: float = 3
    after: float = 0

    def play(self, emulator: LiveTailEmulator) -> Seen:
        emulator.put(GROUP, "web-1", ["before anyone listens"])
        emulator.add_fault(self.rule)
        logs = emulator.client(config=self.config)
        try:
            response = logs.start_live_tail(logGroupIdentifiers=[emulator.log_group_arn(GROUP)])
        except Exception as error:
            return Seen(_without_frames(error), "start_live_tail")
        finally:
            logs.close()
        with closing(response["responseStream"]) as stream:
            emulator.put(GROUP, "web-1", ["first", "second"])
            emulator.advance(self.before)
            for session in emulator.sessions():
                emulator.end_session(session["sessionId"])
            emulator.advance(self.after)
            try:
                for _ in stream:
                    pass
            except Exception as error:
                return Seen(error, "the stream")
        return Seen(None)


def _without_frames(error: Exception) -> Exception:
    """The error alone. botocore forgets a stream without an initial-response, and never closes its connection."""
    error.__traceback__ = None
    if not isinstance(error, ClientError):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
    return error


def _effect(effect_type: str, **keys: Any) -> dict[str, Any]:
    return {"effect": {"type": effect_type, **keys}}


def _later(effect_type: str, **keys: Any) -> dict[str, Any]:
    return {"after": {"updates": 1}, **_effect(effect_type, **keys)}


CASES: Final[Mapping[str, list[Case]]] = {
    "request error": [
        Case(_effect("error", code="LimitExceededException")),
        Case(_effect("error", code="Made Up", message="of this text", status=503)),
    ],
    "request delay": [Case(_effect("delay", seconds=5), IMPATIENT)],
    "request reset": [Case(_effect("reset"))],
    "request empty": [Case(_effect("empty"))],
    "request status": [Case(_effect("status", status=status, body="gone")) for status in (404, 503)],
    "tail exception": [
        Case(_effect("exception")),
        Case(_later("exception", name="SessionTimeoutException")),
    ],
    "tail error-message": [Case(_effect("error-message")), Case(_later("error-message", code="Throttling"))],
    "tail end": [Case(_effect("end")), Case(_later("end"))],
    "tail cut": [Case(_effect("cut")), Case(_later("cut")), Case(_later("cut", bytes=0)), Case(_later("cut", bytes=9))],
    "tail reset": [Case(_later("reset")), Case({"after": {"seconds": 1.5}, **_effect("reset")})],
    "tail stall": [Case(_later("stall", seconds=75), IMPATIENT), Case(_later("stall", seconds=75), before=77)],
    "tail corrupt": [
        *(Case(_effect("corrupt", part=part)) for part in ("prelude", "headers", "payload", "crc")),
        *(Case(_later("corrupt", part=part, validChecksums=True)) for part in ("headers", "payload")),
    ],
    "tail truncate": [Case(_effect("truncate")), Case(_later("truncate", bytes=11)), Case(_later("truncate", bytes=0))],
    "tail dribble": [
        Case(_later("dribble", bytes=1, seconds=0.001), before=5, after=5),
        Case(_later("dribble", bytes=100, seconds=61), IMPATIENT),
    ],
    "tail duplicate": [Case(_later("duplicate"))],
    "tail reorder": [Case(_effect("reorder", milliseconds=900, share=0.5))],
    "tail lose": [Case(_effect("lose"))],
    "tail unknown-event": [Case(_effect("unknown-event")), Case(_later("unknown-event", name="sessionNote"))],
    "tail no-initial-response": [Case(_effect("no-initial-response"))],
}


def test_every_row_is_shown() -> None:
    elsewhere = {"request empty-page", "request hide-events"}  # those on pages are shown in test_fault_makers.py
    assert [row for row in ROWS if row not in elsewhere] == list(CASES)


@pytest.mark.parametrize("row", CASES)
def test_boto3_sees_what_the_document_says(manual: LiveTailEmulator, row: str) -> None:
    outcomes = list(_outcomes(ROWS[row]))
    if row == "request delay":
        outcomes.remove(Outcome(None))  # tested below, since the clock has to move meanwhile
    met = set()
    for case in CASES[row]:
        manual.reset()
        seen = case.play(manual)
        matching = [number for number, outcome in enumerate(outcomes) if outcome.is_met_by(seen)]
        assert matching, f"{case.rule} came to {seen}, of which the document knows nothing"
        met.update(matching)
    assert met == set(range(len(outcomes))), "an outcome of the document is not reproduced"


def test_reset_under_tls_is_taken_for_an_end_before_python_3_13() -> None:
    with LiveTailEmulator(clock="manual", seed=7, tls=True) as emulator:
        seen = CASES["tail reset"][0].play(emulator)
    text = "Connection reset by peer" if sys.version_info >= (3, 13) else "Response ended prematurely"
    assert Outcome(ProtocolError, text).is_met_by(seen)


@pytest.mark.parametrize(
    ("rule", "is_retried"),
    [
        (_effect("error", code="ThrottlingException"), True),
        (_effect("error", code="LimitExceededException"), False),
        (_effect("error", code="AccessDeniedException"), False),
        (_effect("error", code="InternalFailure"), True),
        (_effect("error", code="Made Up", status=503), True),
        (_effect("reset"), True),
        (_effect("empty"), True),
        (_effect("delay", seconds=60), True),
        *((_effect("status", status=status), True) for status in (500, 502, 503, 504)),
        *((_effect("status", status=status), False) for status in (400, 403, 501, 505)),
    ],
    ids=str,
)
def test_boto3_tries_again_by_itself(
    manual: LiveTailEmulator, monkeypatch: pytest.MonkeyPatch, rule: dict[str, Any], is_retried: bool
) -> None:
    monkeypatch.setattr(endpoint, "time", SimpleNamespace(sleep=lambda seconds: None))
    fault = manual.add_fault({"operation": "DescribeLogGroups", **rule})
    logs = manual.client(config=IMPATIENT.merge(Config(retries={"total_max_attempts": 5})))
    if is_retried:
        assert logs.describe_log_groups()["logGroups"] == []
    else:
        with pytest.raises(ClientError):
            logs.describe_log_groups()
    logs.close()
    assert len(manual.requests()) == 1 + is_retried
    manual.remove_fault(fault)


# ---- what the client sees ----------------------------------------------------------------------------------------


def _error_of(stream: Any) -> dict[str, Any]:
    with pytest.raises(EventStreamError) as caught:
        for _ in stream:
            pass
    assert caught.value.operation_name == "StartLiveTail"
    error: dict[str, Any] = caught.value.response["Error"]
    return error


@pytest.mark.parametrize(
    ("effect", "code", "message"),
    [
        ({"type": "exception"}, "SessionStreamingException", "Internal streaming error."),
        ({"type": "exception", "name": "SessionTimeoutException"}, "SessionTimeoutException", "Session timed out."),
        ({"type": "exception", "message": "Größe"}, "SessionStreamingException", "Größe"),
        (
            {"type": "error-message"},
            "InternalFailure",
            "The request processing has failed because of an unknown error, exception or failure.",
        ),
        ({"type": "error-message", "code": "Made Up", "message": "so"}, "Made Up", "so"),
    ],
    ids=str,
)
def test_error_in_the_stream(
    manual: LiveTailEmulator, tailing: Tailing, effect: dict[str, Any], code: str, message: str
) -> None:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    tail = tailing(GROUP)
    manual.put(GROUP, "web-1", ["first"])
    manual.advance(1)
    manual.add_fault({"effect": effect})
    assert tail.messages() == ["first"]
    error = _error_of(tail)
    # botocore reads a modeled exception by its members, of which there is `message`.
    assert (error["Code"], error.get("Message", error.get("message"))) == (code, message)
    manual.assert_no_sessions()


@dataclass(frozen=True)
class Received:
    """What a client received in five seconds, with four log events in each."""

    updates: list[list[str]]
    sampled: set[bool]

    @property
    def events(self) -> list[str]:
        return [message for update in self.updates for message in update]


SENT: Final = [f"{second}-{number}" for second in range(5) for number in range(4)]


@pytest.fixture
def receive(manual: LiveTailEmulator, tailing: Tailing) -> Callable[[Mapping[str, Any]], Received]:
    """Plays a rule on a session that then lasts five seconds."""

    def play(rule: Mapping[str, Any]) -> Received:
        manual.put(GROUP, "web-1", ["before anyone listens"])
        manual.add_fault(rule)
        tail = tailing(GROUP)
        for second in range(5):
            for number in range(4):
                manual.put(GROUP, "web-1", [f"{second}-{number}"])
                manual.advance(0.25)
        for session in manual.sessions():
            manual.end_session(session["sessionId"])
        updates = list(tail)
        sampled = {bool(update["sessionMetadata"]["sampled"]) for update in updates}
        return Received([[event["message"] for event in update["sessionResults"]] for update in updates], sampled)

    return play


Receive = Callable[[Mapping[str, Any]], Received]


def test_without_a_rule_nothing_goes_wrong(receive: Receive) -> None:
    received = receive({"where": {"logGroup": "/other"}, "effect": {"type": "end"}})
    assert received == Received([SENT[at : at + 4] for at in range(0, 20, 4)], {False})


def test_duplicate_brings_an_update_twice(receive: Receive) -> None:
    received = receive(_later("duplicate"))
    assert received.updates == [SENT[:4], SENT[4:8], SENT[4:8], SENT[8:12], SENT[12:16], SENT[16:]]


def test_reorder_brings_all_but_not_in_order(receive: Receive) -> None:
    received = receive(_effect("reorder", milliseconds=600, share=0.5))
    assert sorted(received.events) == SENT
    assert received.events != SENT
    # 600 ms: an event may come behind the next two, and no others.
    for place, message in enumerate(received.events):
        assert all(SENT.index(later) >= SENT.index(message) - 2 for later in received.events[place:])


def test_lose_brings_less_and_does_not_say_so(receive: Receive, manual: LiveTailEmulator) -> None:
    received = receive({"after": {"updates": 2}, **_effect("lose")})
    assert received == Received([SENT[:4], SENT[4:8], [], [], []], {False})


def test_lose_takes_a_share(receive: Receive) -> None:
    received = receive(_effect("lose", fraction=0.5))
    assert 0 < len(received.events) < len(SENT)
    assert received.events == [message for message in SENT if message in received.events]
    assert received.sampled == {False}


def test_unknown_event_is_passed_over(receive: Receive) -> None:
    assert receive({"times": 0, **_effect("unknown-event")}).events == SENT


@pytest.mark.parametrize("effect", [{"type": "truncate"}, {"type": "truncate", "bytes": 0}, {"type": "end"}], ids=str)
def test_silent_end_loses_the_rest(receive: Receive, effect: dict[str, Any]) -> None:
    assert receive({"after": {"updates": 2}, "effect": effect}).updates == [SENT[:4], SENT[4:8]]


def test_stall_keeps_the_newest_ten_updates(manual: LiveTailEmulator, tailing: Tailing) -> None:
    manual.put(GROUP, "web-1", ["before anyone listens"])
    manual.add_fault(_later("stall", seconds=74.5))
    tail = tailing(GROUP)
    for second in range(76):
        manual.put(GROUP, "web-1", [str(second)])
        manual.advance(1)
    (session,) = manual.sessions()
    assert session["counters"]["droppedUpdates"] == session["counters"]["droppedEvents"] == 74 - 10
    manual.end_session(session["sessionId"])
    assert [event["message"] for update in tail for event in update["sessionResults"]] == [
        "0",
        *map(str, range(65, 76)),
    ]
