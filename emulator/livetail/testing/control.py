"""What all of a handle is built on: requests to the control plane, and waiting for what they show."""

import time
from collections.abc import Callable
from threading import Event
from typing import Any, Final, TypeVar

from livetail.control_client import ControlClient
from livetail.errors import LiveTailTimeoutError
from livetail.testing.shapes import EndedSessionInfo, FaultInfo, RequestInfo, SessionInfo

T = TypeVar("T")

_PAUSES_S: Final = (0.002, 0.005, 0.01, 0.02, 0.04)

_MAX_SHOWN_REQUESTS: Final = 5


class Control(ControlClient):
    """The control plane of a running emulator."""

    def faults(self) -> list[FaultInfo]:
        return list(self.request("GET", "/faults")["faults"])

    def open_sessions(self) -> list[SessionInfo]:
        return list(self.request("GET", "/sessions")["sessions"])

    def ended_sessions(self) -> list[EndedSessionInfo]:
        """The newest 100, oldest first, without those that a reset has ended."""
        return [session for session in self._all_ended() if session["endedBy"] != "reset"]

    def journal(self) -> list[RequestInfo]:
        return list(self.request("GET", "/requests")["requests"])

    def find_session(self, session_id: str) -> SessionInfo | EndedSessionInfo | None:
        """A session by its id, open or ended; None if it is neither."""
        listed: list[SessionInfo | EndedSessionInfo] = [*self.open_sessions(), *reversed(self._all_ended())]
        return next((session for session in listed if session["sessionId"] == session_id), None)

    def wait(self, look: Callable[[], T | None], timeout: float, wanted: str) -> T:
        """Look again and again until there is something; returns it.

        Args:
            timeout: real seconds.
            wanted: begins the message of the error: `no new session`.

        Raises:
            LiveTailTimeoutError: there was nothing in time.
        """
        began, clock = _uptime_s(), self.request("GET", "/clock")
        pause, pauses = Event(), iter(_PAUSES_S)
        while (found := look()) is None:
            if _uptime_s() - began >= timeout:
                raise LiveTailTimeoutError(f"{wanted} within {timeout:g} s; {self.situation(clock)}")
            pause.wait(min(next(pauses, _PAUSES_S[-1]), max(timeout, 0.001)))
        return found

    def situation(self, clock_before: Any) -> str:
        """What there is, in a few clauses, for the message of an error."""
        clauses = [_listed("open", self.open_sessions()), _listed("ended", self.ended_sessions())]
        requests = [request_line(request) for request in self.journal()]
        left_out = "… " if len(requests) > _MAX_SHOWN_REQUESTS else ""
        clauses.append(f"requests: {left_out}{', '.join(requests[-_MAX_SHOWN_REQUESTS:]) or 'none'}")
        if clock_before["mode"] == "manual" and self.request("GET", "/clock") == clock_before:
            clauses.append("the clock is manual and was not moved meanwhile: advance() moves it")
        return "; ".join(clauses)

    def _all_ended(self) -> list[EndedSessionInfo]:
        return list(self.request("GET", "/sessions/ended")["sessions"])


def request_line(request: RequestInfo) -> str:
    """A request in a word or two."""
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


def _uptime_s() -> float:
    """Seconds that no time mock stops, as in `livetail.server.clocks`."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) / 1e9
