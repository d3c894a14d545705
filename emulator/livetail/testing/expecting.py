"""What a test expects of a running emulator: waits for it, compares the journal with it, describes what is there."""

import json
from collections.abc import Callable, Mapping, Sequence
from threading import Event
from typing import Any, Final, TypeVar

from livetail.control_client import ControlClient
from livetail.control_shapes import EndedSessionInfo, RequestInfo
from livetail.errors import LiveTailTimeoutError
from livetail.server.clocks import uptime_s  # no test can freeze it

T = TypeVar("T")

_MAX_PAUSE_S: Final = 0.05
"""Between two requests; the first pauses are shorter."""

_MAX_SHOWN: Final = 5
_MAX_CHARACTERS: Final = 200


def wait_for(client: ControlClient, look: Callable[[], T | None], timeout: float, wanted: str) -> T:
    """Call `look` repeatedly until it returns something; returns that.

    Args:
        timeout: real seconds.
        wanted: begins the message of the error: `no new session`.

    Raises:
        LiveTailTimeoutError: `look` returned nothing in time.
    """
    if (found := look()) is not None:
        return found
    began, clock = uptime_s(), client.request("GET", "/clock")
    pause, pause_s = Event(), 0.001  # not time.sleep, which tests may replace
    while (found := look()) is None:
        if uptime_s() - began >= timeout:
            raise LiveTailTimeoutError(f"{wanted} within {timeout:g} s; {_situation(client, clock)}")
        pause.wait(pause_s)
        pause_s = min(2 * pause_s, _MAX_PAUSE_S)
    return found


def _situation(client: ControlClient, clock_before: dict[str, Any]) -> str:
    """The state of the emulator in a few clauses, for an error message."""
    open_sessions = client.request("GET", "/sessions")["sessions"]
    requests = [_request_line(request) for request in client.request("GET", "/requests")["requests"]]
    more = "… " if len(requests) > _MAX_SHOWN else ""
    clauses = [
        _listed("open", open_sessions),
        _listed("ended", ended_sessions(client)),
        f"requests: {more}{', '.join(requests[-_MAX_SHOWN:]) or 'none'}",
    ]
    if clock_before["mode"] == "manual" and client.request("GET", "/clock") == clock_before:
        clauses.append("the clock is manual and was not moved meanwhile: advance() moves it")
    return "; ".join(clauses)


def ended_sessions(client: ControlClient) -> list[EndedSessionInfo]:
    """The newest 100, oldest first, without those ended by a reset."""
    sessions: list[EndedSessionInfo] = client.request("GET", "/sessions/ended")["sessions"]
    return [session for session in sessions if session["endedBy"] != "reset"]


def _request_line(request: RequestInfo) -> str:
    """A request in two words: its operation, and its error or status."""
    return f"{request['operation']} {request['error'] or request['status']}"


def _listed(state: str, sessions: list[Any]) -> str:
    if not sessions:
        return f"no session is {state}" if state == "open" else "none has ended"
    shown = [
        f"{session['sessionId'][:8]} on"
        f" {', '.join(identifier.rpartition('log-group:')[2] for identifier in session['logGroupIdentifiers'])}"
        f" ({session['counters']['delivered']} log events delivered"
        + (f", ended by {session['endedBy']})" if "endedBy" in session else ")")
        for session in sessions[-3:]
    ]
    return f"{len(sessions)} {state}: {', '.join(shown)}"


def check_requested(
    requests: Sequence[RequestInfo], operation: str, times: int | None, where: Mapping[str, Any]
) -> list[RequestInfo]:
    """The requests that `LiveTail.assert_requested` returns; raises its AssertionError."""
    compared = [
        (request, differing(request["parameters"], where)) for request in requests if request["operation"] == operation
    ]
    matching = [request for request, differences in compared if not differences]
    if len(matching) == times or (times is None and matching):
        return matching
    expected = "at least once" if times is None else _times(times)
    having = f" with {_short(where)}" if where else ""
    lines = [f"{operation} was requested {_times(len(matching))}{having}, not {expected}"]
    near = sorted((one for one in compared if one[1]), key=lambda one: len(one[1]))
    lines += [f"  {_request_line(request)}: {'; '.join(differences)}" for request, differences in near[:_MAX_SHOWN]]
    lines += [f"  {_request_line(request)} {_short(request['parameters'])}" for request in matching[-_MAX_SHOWN:]]
    if not compared:
        others = ", ".join(dict.fromkeys(str(request["operation"]) for request in requests))
        lines.append(f"  the journal has {f'only {others}' if others else 'no request at all'}")
    raise AssertionError("\n".join(lines))


def differing(found: Any, wanted: Any, path: str = "") -> list[str]:
    """How `found` differs from `wanted`: dictionaries may have more keys, lists must have the same length."""
    lines: list[str] = []
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for key, value in wanted.items():
            place = f"{path}.{key}" if path else str(key)
            lines += differing(found[key], value, place) if key in found else [f"{place} is missing"]
        return lines
    if isinstance(wanted, (list, tuple)) and isinstance(found, list) and len(wanted) == len(found):
        for index, value in enumerate(wanted):
            lines += differing(found[index], value, f"{path}[{index}]")
        return lines
    return [] if found == wanted else [f"{path or 'the body'} is {_short(found)}, not {_short(wanted)}"]


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= _MAX_CHARACTERS else text[: _MAX_CHARACTERS - 1] + "…"
