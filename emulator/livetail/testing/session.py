"""A Live Tail session of the code under test, for its test."""

from livetail.control_client import ControlClient
from livetail.control_shapes import Counters, EndedSessionInfo, SessionInfo
from livetail.errors import LiveTailError
from livetail.testing.expecting import wait_for


class Session:
    """A session, open or ended. Properties that can change are requested from the emulator each time.

    Attributes:
        id: the `sessionId` of its sessionStart.
        log_groups: the log group identifiers of its request.
        filter_pattern: of its request; None if there is none.

    Raises:
        LiveTailTimeoutError: every call with a `timeout`, in real seconds, when that has passed.
    """

    def __init__(self, client: ControlClient, info: SessionInfo) -> None:
        self._client = client
        self.id = info["sessionId"]
        self.started_at = info["startedAt"]
        self.log_groups = tuple(info["logGroupIdentifiers"])
        self.filter_pattern = info["logEventFilterPattern"]

    def __repr__(self) -> str:
        return f"<Session {self.id} on {', '.join(self.log_groups)}>"

    @property
    def info(self) -> SessionInfo | EndedSessionInfo:
        """All that the control plane shows of it."""
        # For an instant after its end, a session is in neither list.
        return wait_for(self._client, self._find, 1, f"session {self.id} is not listed any more")

    @property
    def counters(self) -> Counters:
        return self.info["counters"]

    @property
    def ended_by(self) -> str | None:
        """`timeout`, `client`, `exception`, `fault`, `deleted`, `reset` or `server`; None while it is open."""
        ended_by = self.info.get("endedBy")
        return None if ended_by is None else str(ended_by)

    def wait_until_ended(self, timeout: float = 10) -> str:
        """Wait for its end; returns `ended_by`."""
        return wait_for(self._client, lambda: self.ended_by, timeout, f"session {self.id} has not ended")

    def wait_for_delivered(self, count: int, timeout: float = 10) -> Counters:
        """Wait until it has delivered at least `count` log events; returns its counters.

        Raises:
            LiveTailError: it has ended before.
        """

        def look() -> Counters | None:
            info = self.info
            if info["counters"]["delivered"] >= count:
                return info["counters"]
            if "endedBy" in info:
                delivered, by = info["counters"]["delivered"], info.get("endedBy")
                raise LiveTailError(f"session {self.id} was ended by {by} after {delivered} log events, not {count}")
            return None

        return wait_for(self._client, look, timeout, f"session {self.id} has not delivered {count} log events")

    def end(self) -> None:
        """End it with a clean end of stream."""
        self._client.request("DELETE", f"/sessions/{self.id}")

    def _find(self) -> SessionInfo | EndedSessionInfo | None:
        found: list[SessionInfo | EndedSessionInfo] = self._client.request("GET", "/sessions")["sessions"]
        found += reversed(self._client.request("GET", "/sessions/ended")["sessions"])  # ids repeat after a reset
        return next((session for session in found if session["sessionId"] == self.id), None)
