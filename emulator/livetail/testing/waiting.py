"""Waits for a state of a running emulator, and describes the present state when a wait times out."""

from collections.abc import Callable
from threading import Event
from typing import Any, Final, TypeVar

from livetail.control_client import ControlClient
from livetail.control_shapes import EndedSessionInfo, RequestInfo
from livetail.errors import LiveTailTimeoutError
from livetail.server.clocks import uptime_s  # no test can freeze it

T = TypeVar("T")

_MAX_PAUSE_S: Final = 0.05
"""Between two requests; the first pauses are shorter."""

_MAX_SHOWN_REQUESTS: Final = 5


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
    requests = [request_line(request) for request in client.request("GET", "/requests")["requests"]]
    more = "… " if len(requests) > _MAX_SHOWN_REQUESTS else ""
    clauses = [
        _listed("open", open_sessions),
        _listed("ended", ended_sessions(client)),
        f"requests: {more}{', '.join(requests[-_MAX_SHOWN_REQUESTS:]) or 'none'}",
    ]
    if clock_before["mode"] == "manual" and client.request("GET", "/clock") == clock_before:
        clauses.append("the clock is manual and was not moved meanwhile: advance() moves it")
    return "; ".join(clauses)


def ended_sessions(client: ControlClient) -> list[EndedSessionInfo]:
    """The newest 100, oldest first, without those ended by a reset."""
    sessions: list[EndedSessionInfo] = client.request("GET", "/sessions/ended")["sessions"]
    return [session for session in sessions if session["endedBy"] != "reset"]


def request_line(request: RequestInfo) -> str:
    """A request in two words: its operation, and its error or status."""
    return f"{request['operation']} {request['error'] or request['status']}"


def _listed(state: str, sessions: list[Any]) -> str:
    if not sessions:
        return f"no session is {state}" if state == "open" else "none has ended"
    shown = [
        f"{session['sessionId'][:8]} on {', '.join(map(_name, session['logGroupIdentifiers']))}"
        f" ({session['counters']['delivered']} log events delivered"
        + (f", ended by {session['endedBy']})" if "endedBy" in session else ")")
        for session in sessions[-3:]
    ]
    return f"{len(sessions)} {state}: {', '.join(shown)}"


def _name(identifier: str) -> str:
    return identifier.rpartition("log-group:")[2]
