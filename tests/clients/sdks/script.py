"""The script that every SDK plays, step by step: what is done, and what was seen of it in a few words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from livetail import LiveTailEmulator
from tests.clients.sdks.programs import ANSWER_TIMEOUT_S, Program

GROUP: Final = "/app/api"
STREAM: Final = "web-1"
MIDNIGHT_MS: Final = 1_767_225_600_000
"""2026-01-01T00:00:00Z, at which the clock of the emulator starts."""

POLL_S: Final = 0.2
"""Real seconds between two looks at what a program has written."""

Seen = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the script.

    Attributes:
        name: as the matrix prints it.
        play: does it on a server without groups, and returns what was seen.
        needs_updates: it cannot be seen in the messages of log events alone.
    """

    name: str
    play: Callable[[LiveTailEmulator, Program], Seen]
    needs_updates: bool = False


def _outcome(answer: Mapping[str, Any]) -> str:
    """What ended a stream or a call, in a word: the type of an error, `end`, or `new session`."""
    if "error" in answer:
        return str(answer["error"]["type"])
    if answer.get("event") == "sessionStart":
        return "new session"
    return str(answer.get("event", "ok"))


def _tail(emulator: LiveTailEmulator, program: Program, **filters: Any) -> dict[str, Any]:
    """Open a session on the group, which is made if it is missing; returns its sessionStart, if the program has it."""
    emulator.put(GROUP, STREAM, ["before"])
    program.tell("StartLiveTail", logGroupIdentifiers=[emulator.log_group_arn(GROUP)], **filters)
    if program.prints_messages_only:
        emulator.wait_for_sessions(1, timeout=ANSWER_TIMEOUT_S)
        return {}
    start = program.answer()
    assert start.get("event") == "sessionStart", start
    return start


def _log_events(program: Program, count: int) -> list[dict[str, Any]]:
    """The next log events, of one update or several."""
    events: list[dict[str, Any]] = []
    while len(events) < count:
        answer = program.answer()
        assert "events" in answer or "message" in answer, answer
        events += answer.get("events", [answer])
    return events


def _messages(program: Program, count: int) -> list[str]:
    return [event["message"] for event in _log_events(program, count)]


def _close(emulator: LiveTailEmulator, program: Program) -> None:
    """Close the stream, and take what the program has written of it before."""
    program.tell("Close")
    while "result" not in (program.answer_within(POLL_S) or {}):
        emulator.advance(1)  # an SDK whose reader waits for bytes closes its stream once it has some
    emulator.assert_no_sessions()


def _until_it_is_over(program: Program) -> Seen:
    """The number of updates to the end of a stream, and what it ended with."""
    updates = 0
    while (answer := program.answer()).get("event") == "sessionUpdate":
        updates += 1
    outcome = _outcome(answer)
    if "message" in answer:  # `aws` prints errors as it prints messages, then ends with status 0
        code = re.search(r"An error occurred \((\w+)\)", answer["message"])
        outcome = f"prints {code[1] if code else 'an error'}, {_outcome(program.answer())}"
    return {"updates": updates, "outcome": outcome}


def _requests(emulator: LiveTailEmulator, operation: str) -> int:
    return sum(request["operation"] == operation for request in emulator.requests())


def make_and_put(emulator: LiveTailEmulator, program: Program) -> Seen:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("CreateLogGroup", {}),
        ("CreateLogStream", {"logStreamName": STREAM}),
        ("PutLogEvents", {"logStreamName": STREAM, "logEvents": [{"timestamp": MIDNIGHT_MS, "message": "hello"}]}),
        ("CreateLogGroup", {}),
    ]
    return {"outcomes": [_outcome(program.ask(call, logGroupName=GROUP, **parameters)) for call, parameters in calls]}


def session_start(emulator: LiveTailEmulator, program: Program) -> Seen:
    start = _tail(emulator, program, logStreamNames=[STREAM], logEventFilterPattern="ERROR")
    (session,) = emulator.sessions()
    seen = {
        "ids": (start["sessionId"], start["requestId"]) == (session["sessionId"], session["requestId"]),
        "arns": start["logGroupIdentifiers"] == [emulator.log_group_arn(GROUP)],
        "names": start["logStreamNames"],
        "prefixes": start.get("logStreamNamePrefixes") or [],
        "pattern": start["logEventFilterPattern"],
    }
    _close(emulator, program)
    return seen


def empty_update(emulator: LiveTailEmulator, program: Program) -> Seen:
    _tail(emulator, program)
    emulator.advance(1)
    update = program.answer()
    _close(emulator, program)
    return update


def content(emulator: LiveTailEmulator, program: Program) -> Seen:
    """An event with characters of every width, and one of nearly 256 KiB, as PutLogEvents of the SDK sends them."""
    messages = ['größe ☃ 🐍 \u2028 "\\', "x" * (256 * 1024 - 26)]
    _tail(emulator, program)
    events = [{"timestamp": MIDNIGHT_MS, "message": message} for message in messages]
    put = program.ask("PutLogEvents", logGroupName=GROUP, logStreamName=STREAM, logEvents=events)
    emulator.advance(1)
    received = _log_events(program, len(messages))
    members = [{name: event[name] for name in sorted(event) if name != "message"} for event in received]
    _close(emulator, program)
    return {
        "put": _outcome(put),
        "same": [event["message"] for event in received] == messages,
        "members": members[0],
    }


def sampled(emulator: LiveTailEmulator, program: Program) -> Seen:
    _tail(emulator, program)
    emulator.put(GROUP, STREAM, [str(number) for number in range(2000)])
    emulator.advance(1)
    update = program.answer()
    _close(emulator, program)
    return {"sampled": update["sampled"], "events": len(update["events"])}


def filters(emulator: LiveTailEmulator, program: Program) -> Seen:
    """Names, prefixes and a pattern on JSON, each in a session of its own."""
    emulator.put(GROUP, "db-1", ["before"])
    choices: dict[str, dict[str, Any]] = {
        "names": {"logStreamNames": [STREAM]},
        "prefixes": {"logStreamNamePrefixes": ["db-"]},
        "pattern": {"logEventFilterPattern": '{ $.level = "ERROR" }'},
    }
    seen = {}
    for name, choice in choices.items():
        _tail(emulator, program, **choice)
        emulator.put(GROUP, STREAM, ['{"level": "ERROR"}', '{"level": "INFO"}'])
        emulator.put(GROUP, "db-1", ["plain"])
        emulator.advance(1)
        seen[name] = _messages(program, 1 if name != "names" else 2)
        _close(emulator, program)
    return seen


ERRORS: Final = (
    "AccessDeniedException",
    "InvalidOperationException",
    "InvalidParameterException",
    "LimitExceededException",
    "ResourceNotFoundException",
)


def errors_before_the_stream(emulator: LiveTailEmulator, program: Program) -> Seen:
    """Each error as the SDK types it, and how many requests it made of it."""
    emulator.put(GROUP, STREAM, ["before"])
    seen = {}
    for code in ERRORS:
        before = _requests(emulator, "StartLiveTail")
        fault = emulator.add_fault({"times": 0, "effect": {"type": "error", "code": code}})
        answer = program.ask("StartLiveTail", logGroupIdentifiers=[emulator.log_group_arn(GROUP)])
        emulator.remove_fault(fault)
        seen[code] = {"outcome": _outcome(answer), "requests": _requests(emulator, "StartLiveTail") - before}
    return seen


def _with_effect(effect: Mapping[str, Any]) -> Callable[[LiveTailEmulator, Program], Seen]:
    """A session in which a fault happens once its first update has been read."""

    def play(emulator: LiveTailEmulator, program: Program) -> Seen:
        emulator.add_fault({"after": {"seconds": 1.5}, "effect": effect})
        _tail(emulator, program)
        emulator.advance(1)
        if not program.prints_messages_only:
            update = program.answer()
            assert update.get("event") == "sessionUpdate", update
        emulator.advance(1)
        seen = _until_it_is_over(program)
        if seen["outcome"] == "new session":
            _close(emulator, program)
        return {"outcome": seen["outcome"]}

    return play


def session_timeout(emulator: LiveTailEmulator, program: Program) -> Seen:
    """The emulator's own timeout; its sessions last ten seconds here."""
    _tail(emulator, program)
    emulator.advance(10)
    return _until_it_is_over(program)


def stall(emulator: LiveTailEmulator, program: Program) -> Seen:
    """Nothing is written for five seconds of the emulator's time, while updates go on."""
    emulator.add_fault({"after": {"updates": 1}, "effect": {"type": "stall", "seconds": 5}})
    _tail(emulator, program)
    for second in range(8):
        emulator.put(GROUP, STREAM, [f"second {second}"])
        emulator.advance(1)
    seen = _messages(program, 8)
    _close(emulator, program)
    return {"messages": seen}


def close(emulator: LiveTailEmulator, program: Program) -> Seen:
    """A client that closes its stream frees its session."""
    _tail(emulator, program)
    _close(emulator, program)
    return {"sessions": len(emulator.sessions())}


def pages(emulator: LiveTailEmulator, program: Program) -> Seen:
    """Paginators come to an end, though the last page has a token."""
    emulator.put(GROUP, STREAM, [f"line {number}" for number in range(5)])
    seen = {}
    for call in ("FilterLogEvents", "GetLogEvents"):
        filters = {"logStreamName": STREAM} if call == "GetLogEvents" else {}
        result = program.ask(call, logGroupName=GROUP, limit=2, **filters)["result"]
        seen[call] = {"pages": result["pages"], "messages": len(result["messages"])}
    return seen


def retries(emulator: LiveTailEmulator, program: Program) -> Seen:
    """Two answers of 503, then success: nothing is lost and nothing is stored twice."""
    emulator.put(GROUP, STREAM, ["before"])
    emulator.add_fault(
        {"operation": "PutLogEvents", "times": 2, "effect": {"type": "error", "code": "ServiceUnavailableException"}}
    )
    events = [{"timestamp": MIDNIGHT_MS, "message": "once"}]
    put = program.ask("PutLogEvents", logGroupName=GROUP, logStreamName=STREAM, logEvents=events)
    result = program.ask("FilterLogEvents", logGroupName=GROUP)["result"]
    return {
        "outcome": _outcome(put),
        "requests": _requests(emulator, "PutLogEvents"),
        "stored": result["messages"].count("once"),
    }


STEPS: Final = (
    Step("make and put", make_and_put),
    Step("sessionStart", session_start, needs_updates=True),
    Step("empty update", empty_update, needs_updates=True),
    Step("content", content),
    Step("sampled", sampled, needs_updates=True),
    Step("filters", filters),
    Step("errors before the stream", errors_before_the_stream),
    Step("session timeout", session_timeout),
    Step("streaming exception", _with_effect({"type": "exception", "name": "SessionStreamingException"})),
    Step("unmodeled error", _with_effect({"type": "error-message", "code": "InternalError", "message": "boom"})),
    Step("cut", _with_effect({"type": "cut"})),
    Step("reset", _with_effect({"type": "reset"})),
    Step("corrupt", _with_effect({"type": "corrupt", "part": "payload"})),
    Step("stall", stall),
    Step("close", close),
    Step("pages", pages),
    Step("retries", retries),
)
