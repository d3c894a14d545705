"""The handle of a running emulator: the calls of a test, through the control plane."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from livetail.control_client import ControlClient
from livetail.control_shapes import EndedSessionInfo, FaultInfo, RequestInfo, SessionInfo
from livetail.core.arns import LogGroupArn
from livetail.environment import ANY_CREDENTIALS, patched_environment, sdk_environment
from livetail.errors import AwsError, LiveTailError, LiveTailTimeoutError, import_extra
from livetail.testing.expecting import check_requested, ended_sessions, wait_for
from livetail.testing.session import Session
from livetail.testing.shapes import EventToPut, LogEvent, Several
from livetail.testing.tail import Tail, iterate

if TYPE_CHECKING:
    from livetail.faults import AnyRule

_MAX_PART_MESSAGES: Final = 50_000
_MAX_PART_CHARACTERS: Final = 1_000_000
"""Messages of one control request. In JSON these are at most 12 MB; the limit of a body is 16 MiB."""


class Fault:
    """A fault rule in force."""

    def __init__(self, livetail: "LiveTail", fault_id: str) -> None:
        self._livetail = livetail
        self.id = fault_id

    @property
    def info(self) -> FaultInfo:
        """The rule and its firings. Raises LiveTailError if it is no longer in force."""
        for fault in self._livetail.faults():
            if fault["id"] == self.id:
                return fault
        raise LiveTailError(f"there is no fault {self.id!r}")

    @property
    def fired(self) -> int:
        """How often it has fired."""
        return self.info["fired"]

    def remove(self) -> None:
        """Remove it; its effect ends."""
        self._livetail.remove_fault(self.id)


class LiveTail:
    """A running emulator, in this process or elsewhere.

    Raises:
        LiveTailError: every call that is refused; its subclass NoResponseError if nothing responds.
        LiveTailTimeoutError: every call with a `timeout`, in real seconds, when that has passed; the message lists the
            sessions and requests that there were instead.
    """

    def __init__(
        self,
        endpoint_url: str,
        *,
        region: str = "us-east-1",
        account_id: str = "123456789012",
        ca_bundle: str | None = None,
        credentials: tuple[str, str] = ANY_CREDENTIALS,
    ) -> None:
        """`credentials` are the access key id and the secret for clients, if the server checks signatures."""
        self.endpoint_url = endpoint_url
        self._client = ControlClient(endpoint_url)
        self._handed_out: set[str] = set()
        self.region = region
        self.account_id = account_id
        self._ca_bundle = ca_bundle
        self._credentials = credentials

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.endpoint_url}>"

    def client(self, /, **options: Any) -> Any:
        """A boto3 client for CloudWatch Logs, ready to use; `options` as for `boto3.client`."""
        boto3 = import_extra("boto3", "client()")
        from botocore.config import Config

        return boto3.client("logs", **self._client_options(Config, options))

    def async_client(self, /, **options: Any) -> Any:
        """An aiobotocore client for `async with`; `options` as for its `create_client`."""
        import_extra("aiobotocore", "async_client()", extra="aiobotocore")
        from aiobotocore.config import AioConfig
        from aiobotocore.session import get_session

        return get_session().create_client("logs", **self._client_options(AioConfig, options))

    def environment(self) -> dict[str, str]:
        """The environment variables that point the SDK of another process at the emulator."""
        return sdk_environment(self.endpoint_url, self.region, ca_bundle=self._ca_bundle, credentials=self._credentials)

    @contextmanager
    def patched_environment(self) -> Iterator[None]:
        """Point the SDKs of this process at the emulator, in a `with` block or a decorated function."""
        with patched_environment(self.environment()):
            yield

    def log_group_arn(self, name: str) -> str:
        """The ARN of a log group of the default account and region."""
        return str(LogGroupArn.of(self.region, self.account_id, name))

    def settings(self) -> dict[str, Any]:
        """The settings of the server, as `GET /_livetail/settings` returns them."""
        return dict(self._client.request("GET", "/settings"))

    def put(self, log_group: str, log_stream: str, messages: Several[str | EventToPut]) -> None:
        """Ingest messages, or events with `timestamp` (epoch ms) and `message`; missing groups and streams are made.

        Raises:
            TypeError: something is neither a str nor an event.
        """
        given: list[Any] = [messages] if isinstance(messages, str | bytes | Mapping) else list(messages)
        for message in given:
            if not isinstance(message, str | Mapping):
                raise TypeError(f"a message is a str or an event with timestamp and message, not {message!r:.60}")
        for part in _parts(given):
            body: dict[str, Any] = {"logGroup": log_group, "logStream": log_stream}
            body["messages"] = [message for message in part if isinstance(message, str)]
            body["events"] = [dict(event) for event in part if not isinstance(event, str)]
            self._client.request("POST", "/events", body)

    def now(self) -> int:
        """The emulator's time in epoch milliseconds."""
        return int(self._client.request("GET", "/clock")["now"])

    def advance(self, seconds: float) -> int:
        """Move a manual clock on; returns the number of session updates.

        Raises:
            LiveTailError: the clock is not manual; or this call would block an event loop, which has to read updates.
        """
        with suppress(RuntimeError):  # where no event loop runs
            asyncio.get_running_loop()
            raise LiveTailError(
                "advance() would stop the event loop that reads the updates:"
                " use `await AsyncLiveTail(livetail).advance(seconds)`, or `async with LiveTailEmulator(...)`"
            )
        return int(self._client.advance(seconds)["updates"])

    def clock_mode(self) -> str:
        """How time passes: `real`, `manual`, or a speed such as `60x`."""
        return str(self._client.request("GET", "/clock")["mode"])

    # ---- sessions --------------------------------------------------------------------------------------------------

    def sessions(self) -> list[SessionInfo]:
        """The open sessions with their counters."""
        return list(self._client.request("GET", "/sessions")["sessions"])

    def ended_sessions(self) -> list[EndedSessionInfo]:
        """The newest 100 sessions that have ended since the last reset, and by what; oldest first."""
        return ended_sessions(self._client)

    def wait_for_sessions(self, count: int, timeout: float = 10) -> list[SessionInfo]:
        """Wait until at least `count` sessions are open; returns them."""

        def look() -> list[SessionInfo] | None:
            found = self.sessions()
            return found if len(found) >= count else None

        return wait_for(self._client, look, timeout, f"fewer than {count} sessions")

    def wait_for_new_session(self, after: Session | None = None, timeout: float = 10) -> Session:
        """Wait for a session that this method has not returned yet, also an ended one; the oldest first.

        With `after`, only one that started later than that session.
        """

        def look() -> Session | None:
            # Requested first: a session that ends meanwhile is in both lists.
            open_sessions = self.sessions()
            listed = {session["sessionId"]: session for session in [*self.ended_sessions(), *open_sessions]}
            for session in sorted(listed.values(), key=lambda session: session["startedAt"]):
                is_later = after is None or session["startedAt"] >= after.started_at
                if is_later and session["sessionId"] not in self._handed_out | ({after.id} if after else set()):
                    self._handed_out.add(session["sessionId"])
                    return Session(self._client, session)
            return None

        return wait_for(self._client, look, timeout, "no new session")

    def assert_no_sessions(self, timeout: float = 5) -> None:
        """Assert that no session is open. A session ends shortly after its client has closed the connection.

        Raises:
            AssertionError: sessions are still open after `timeout` seconds.
        """
        try:
            wait_for(self._client, lambda: None if self.sessions() else True, timeout, "sessions")
        except LiveTailTimeoutError:
            groups = [session["logGroupIdentifiers"] for session in self.sessions()]
            raise AssertionError(f"Live Tail sessions are still open, on {groups}") from None

    def assert_nothing_dropped(self) -> None:
        """Assert that no session since the last reset has dropped updates or log events; sampled ones do not count.

        Raises:
            AssertionError: a session has dropped some.
        """
        for session in [*self.ended_sessions(), *self.sessions()]:
            counters = session["counters"]
            if counters["droppedUpdates"] or counters["droppedEvents"]:
                raise AssertionError(
                    f"session {session['sessionId']} on {session['logGroupIdentifiers']} has dropped"
                    f" {counters['droppedUpdates']} updates and {counters['droppedEvents']} log events;"
                    f" it delivered {counters['delivered']} of {counters['matched']}"
                )

    def end_session(self, session_id: str) -> None:
        """End a session with a clean end of stream."""
        self._client.request("DELETE", f"/sessions/{session_id}")

    def tail(
        self, *log_groups: str, filter_pattern: str | None = None, log_streams: Iterable[str] = (), timeout: float = 10
    ) -> Tail:
        """A session that the test opens, for a `with` block; log groups are made if they are missing."""
        for log_group in log_groups:
            with suppress(AwsError):  # it is there
                self._client.call("CreateLogGroup", {"logGroupName": log_group}, self.region)
        parameters: dict[str, Any] = {"logGroupIdentifiers": [self.log_group_arn(name) for name in log_groups]}
        if filter_pattern is not None:
            parameters["logEventFilterPattern"] = filter_pattern
        if streams := list(log_streams):
            parameters["logStreamNames"] = streams
        return Tail(self._client, parameters, self.region, timeout)

    def events(self, *log_groups: str, filter_pattern: str | None = None, timeout: float = 10) -> Iterator[LogEvent]:
        """The log events that are written to log groups from now on, as a session delivers them."""
        return iterate(self.tail(*log_groups, filter_pattern=filter_pattern, timeout=timeout))

    # ---- requests --------------------------------------------------------------------------------------------------

    def requests(self) -> list[RequestInfo]:
        """The newest 1,000 requests of the AWS API, oldest first."""
        return list(self._client.request("GET", "/requests")["requests"])

    def wait_for_requests(self, operation: str, count: int = 1, timeout: float = 10) -> list[RequestInfo]:
        """Wait until there were at least `count` requests of an operation; returns them."""

        def look() -> list[RequestInfo] | None:
            found = [request for request in self.requests() if request["operation"] == operation]
            return found if len(found) >= count else None

        return wait_for(self._client, look, timeout, f"fewer than {count} requests {operation}")

    def assert_requested(
        self, operation: str, *, times: int | None = None, where: Mapping[str, Any] | None = None
    ) -> list[RequestInfo]:
        """Assert that an operation was requested, and return those requests.

        Args:
            times: how many times exactly; None is at least once.
            where: members that the parameters must have.

        Raises:
            AssertionError: it was not; the message shows the most similar requests of the journal.
        """
        return check_requested(self.requests(), operation, times, where or {})

    # ---- faults ----------------------------------------------------------------------------------------------------

    def add_fault(self, rule: "Mapping[str, Any] | AnyRule") -> str:
        """Add a fault rule, made by `livetail.faults` or in its JSON form; returns its id."""
        if not isinstance(rule, Mapping):
            from livetail.faults import as_json

            rule = as_json(rule)
        return str(self._client.request("POST", "/faults", dict(rule))["id"])

    @contextmanager
    def fault(self, rule: "Mapping[str, Any] | AnyRule") -> Iterator[Fault]:
        """A fault rule that is in force in a `with` block."""
        fault = Fault(self, self.add_fault(rule))
        try:
            yield fault
        finally:
            with suppress(LiveTailError):  # a reset or a stop has removed it
                fault.remove()

    def faults(self) -> list[FaultInfo]:
        """The fault rules in force, and their firings."""
        return list(self._client.request("GET", "/faults")["faults"])

    def remove_fault(self, fault_id: str) -> None:
        """Remove one fault rule."""
        self._client.request("DELETE", f"/faults/{fault_id}")

    def clear_faults(self) -> None:
        """Remove all fault rules."""
        self._client.request("DELETE", "/faults")

    def start_scenario(self, scenario: str | Mapping[str, Any]) -> str:
        """Play a scenario, given as TOML text or as dictionaries; returns its id."""
        return str(self._client.request("POST", "/scenarios", scenario)["id"])

    def scenarios(self) -> list[dict[str, Any]]:
        """The scenarios that are being played."""
        return list(self._client.request("GET", "/scenarios")["scenarios"])

    def stop_scenarios(self) -> None:
        """Stop all scenarios; their log events stay."""
        self._client.request("DELETE", "/scenarios")

    def reset(self) -> None:
        """Return to the state after the start: no groups, sessions and faults; clock and seed as they were."""
        self._client.request("POST", "/reset")
        self._handed_out.clear()

    def _client_options(self, config: Any, options: dict[str, Any]) -> dict[str, Any]:
        """Without the host prefix, since `stream-127.0.0.1` does not resolve."""
        ours = config(inject_host_prefix=False, proxies={}, retries={"total_max_attempts": 1})
        return {
            "endpoint_url": self.endpoint_url,
            "region_name": self.region,
            "aws_access_key_id": self._credentials[0],
            "aws_secret_access_key": self._credentials[1],
            "verify": self._ca_bundle,
            **options,
            "config": ours.merge(options["config"]) if options.get("config") else ours,
        }


def _parts(given: list[str | EventToPut]) -> Iterator[list[str | EventToPut]]:
    """The messages, divided so that each part fits into a control request."""
    start = size = 0
    for index, message in enumerate(given):
        length = len(message if isinstance(message, str) else str(message.get("message", "")))
        if index > start and (size + length > _MAX_PART_CHARACTERS or index - start == _MAX_PART_MESSAGES):
            yield given[start:index]
            start, size = index, 0
        size += length
    yield given[start:]
