"""A handle of a running emulator: what a test does with it and asks it. It speaks the control plane over HTTP."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from livetail.control_client import ControlClient
from livetail.core.arns import LogGroupArn
from livetail.environment import sdk_environment

if TYPE_CHECKING:
    from livetail.faults import AnyRule

__all__ = ["LiveTail", "LiveTailError"]


_MAX_PART_MESSAGES: Final = 50_000
_MAX_PART_CHARACTERS: Final = 1_000_000
"""In JSON these are at most 12 MB; a control body has at most 16 MiB."""


class LiveTailError(Exception):
    """The emulator refused something; `str()` is its sentence."""


class LiveTail:
    """A running emulator, in this process or elsewhere."""

    def __init__(
        self,
        endpoint_url: str,
        *,
        region: str = "us-east-1",
        account_id: str = "123456789012",
        ca_bundle: str | None = None,
        credentials: tuple[str, str] | None = None,
    ) -> None:
        """`credentials` are the access key id and the secret that clients sign with, where that matters."""
        self.endpoint_url = endpoint_url
        self.region = region
        self.account_id = account_id
        self._ca_bundle = ca_bundle
        self._key_id, self._secret = credentials or ("test", "test")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.endpoint_url}>"

    def client(self, **options: Any) -> Any:
        """A boto3 client for CloudWatch Logs that is ready to use; `options` as for `boto3.client`."""
        import boto3
        from botocore.config import Config

        return boto3.client("logs", **self._client_options(Config, options))

    def environment(self) -> dict[str, str]:
        """The environment variables that point the SDK of another process at the emulator."""
        credentials = (self._key_id, self._secret)
        return sdk_environment(self.endpoint_url, self.region, ca_bundle=self._ca_bundle, credentials=credentials)

    def log_group_arn(self, name: str) -> str:
        """The ARN of a log group of the default account and region."""
        return str(LogGroupArn.of(self.region, self.account_id, name))

    def put(self, log_group: str, log_stream: str, messages: str | Iterable[str | Mapping[str, Any]]) -> None:
        """Ingest messages, or events with `timestamp` (epoch milliseconds) and `message`. Group and stream are made.

        One text is one message.

        Raises:
            TypeError: something is neither a text nor an event.
        """
        given = [messages] if isinstance(messages, str | bytes | Mapping) else list(messages)
        for message in given:
            if not isinstance(message, str | Mapping):
                raise TypeError(f"a message is a str or an event with timestamp and message, not {message!r:.60}")
        for part in _parts(given):
            events = [dict(event) for event in part if not isinstance(event, str)]
            texts = [event for event in part if isinstance(event, str)]
            self._control(
                "POST", "/events", {"logGroup": log_group, "logStream": log_stream, "messages": texts, "events": events}
            )

    def async_client(self, **options: Any) -> Any:
        """An aiobotocore client, for `async with`; `options` as for its `create_client`."""
        from aiobotocore.config import AioConfig
        from aiobotocore.session import get_session

        return get_session().create_client("logs", **self._client_options(AioConfig, options))

    def now(self) -> int:
        """The emulator's time in epoch milliseconds."""
        return int(self._control("GET", "/clock")["now"])

    def advance(self, seconds: float) -> int:
        """Move a manual clock on; answers how many session updates came of it."""
        return int(self._control("POST", "/clock/advance", {"seconds": seconds}, timeout=3600)["updates"])

    def clock_mode(self) -> str:
        """How time passes there: `real`, `manual`, or a speed such as `60x`."""
        return str(self._control("GET", "/clock")["mode"])

    def sessions(self) -> list[dict[str, Any]]:
        """The open sessions with their counters."""
        return list(self._control("GET", "/sessions")["sessions"])

    def wait_for_sessions(self, count: int, timeout: float = 10) -> list[dict[str, Any]]:
        """Wait until at least `count` sessions are open; answers them.

        Raises:
            LiveTailError: they were not within `timeout` seconds.
        """
        path = f"/sessions?wait={count}&timeout={timeout:g}"
        return list(self._control("GET", path, timeout=timeout + 10)["sessions"])

    def assert_no_sessions(self, timeout: float = 5) -> None:
        """Assert that no session is open, or will not be in a moment: a server hears of a client that leaves shortly
        after.

        Raises:
            AssertionError: sessions are still open after `timeout` seconds.
        """
        try:
            self._control("GET", f"/sessions?max=0&timeout={timeout:g}", timeout=timeout + 10)
        except LiveTailError:
            groups = [session["logGroupIdentifiers"] for session in self.sessions()]
            raise AssertionError(f"Live Tail sessions are still open, on {groups}") from None

    def end_session(self, session_id: str) -> None:
        """End a session with a clean end of stream."""
        self._control("DELETE", f"/sessions/{quote(session_id, safe='')}")

    def requests(self) -> list[dict[str, Any]]:
        """The newest 1,000 requests of the AWS API, oldest first."""
        return list(self._control("GET", "/requests")["requests"])

    def add_fault(self, rule: "Mapping[str, Any] | AnyRule") -> str:
        """Make something go wrong, by a rule made by `livetail.faults` or in its JSON form; returns its id."""
        if not isinstance(rule, Mapping):
            from livetail.faults import as_json

            rule = as_json(rule)
        return str(self._control("POST", "/faults", dict(rule))["id"])

    def faults(self) -> list[dict[str, Any]]:
        """The fault rules with what became of them."""
        return list(self._control("GET", "/faults")["faults"])

    def remove_fault(self, fault_id: str) -> None:
        """Forget one fault rule."""
        self._control("DELETE", f"/faults/{fault_id}")

    def clear_faults(self) -> None:
        """Forget all fault rules."""
        self._control("DELETE", "/faults")

    def start_scenario(self, scenario: str | Mapping[str, Any]) -> str:
        """Play a scenario, given as TOML or as the same in dictionaries; answers its id."""
        return str(self._control("POST", "/scenarios", scenario)["id"])

    def scenarios(self) -> list[dict[str, Any]]:
        """The scenarios that are being played."""
        return list(self._control("GET", "/scenarios")["scenarios"])

    def stop_scenarios(self) -> None:
        """Stop all scenarios; what they have said stays."""
        self._control("DELETE", "/scenarios")

    def reset(self) -> None:
        """Begin again: no groups, no sessions, no faults; clock and seed as at the start."""
        self._control("POST", "/reset")

    def _client_options(self, config: Any, options: dict[str, Any]) -> dict[str, Any]:
        """What makes a client find the emulator: no host prefix, since no name server knows `stream-127.0.0.1`."""
        ours = config(inject_host_prefix=False, proxies={}, retries={"total_max_attempts": 1})
        return {
            "endpoint_url": self.endpoint_url,
            "region_name": self.region,
            "aws_access_key_id": self._key_id,
            "aws_secret_access_key": self._secret,
            "verify": self._ca_bundle,
            **options,
            "config": ours.merge(options["config"]) if options.get("config") else ours,
        }

    def _control(self, method: str, path: str, body: Any = None, timeout: float = 60) -> Any:
        status, reply = ControlClient(self.endpoint_url, timeout).request(method, f"/_livetail{path}", body)
        if status != 200:
            raise LiveTailError(reply["error"] if isinstance(reply, dict) and "error" in reply else f"status {status}")
        return reply


def _parts(given: list[str | Mapping[str, Any]]) -> Iterator[list[str | Mapping[str, Any]]]:
    """Messages in as many requests as the control plane's limits want; one for most."""
    start = size = 0
    for index, message in enumerate(given):
        length = len(message if isinstance(message, str) else str(message.get("message", "")))
        if index > start and (size + length > _MAX_PART_CHARACTERS or index - start == _MAX_PART_MESSAGES):
            yield given[start:index]
            start, size = index, 0
        size += length
    yield given[start:]
