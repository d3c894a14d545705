"""The lines of the log that tell what clients do: requests, the start and end of sessions, and what is refused."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import gmtime, strftime
from typing import Any, Final

from starlette.types import Message, Scope, Send

from livetail.api.context import Caller
from livetail.core.clock import SECOND
from livetail.live.session import Session
from livetail.store.accounts import Accounts
from livetail.store.rules import Rejection

_log = logging.getLogger(__name__)

REPEAT_AFTER_S: Final = 60.0
"""A line of the same kind is written at most this often."""

MAX_KINDS: Final = 100
"""Kinds of lines that are counted; clients choose some of their names."""

_MAX_NAMES: Final = 3
_MAX_LENGTH: Final = 300


def log_request(
    operation: str, log_groups: Sequence[str], status: int, error: str | None, message: str | None, seconds: float
) -> None:
    """Write the line of a request of the AWS API.

    Args:
        log_groups: those that it names.
        status: of the response; 0 where a fault rule closed the connection instead.
        error: the code of the error, if it is one, and `message` its text.
        seconds: from the end of the request to the response.
    """
    milliseconds = round(seconds * 1000, 1)
    words = [operation, _listed(log_groups), str(status) if status else "connection closed", error or ""]
    line = f"{' '.join(word for word in words if word)} {milliseconds} ms"
    if message:
        line += f": {message.partition(chr(10))[0]}"
    fields = {
        "operation": operation,
        "logGroups": list(log_groups),
        "status": status,
        "error": error,
        "milliseconds": milliseconds,
    }
    _write(logging.INFO, line, fields)


def log_rejection(log_groups: Sequence[str], rejection: Rejection, now: int) -> None:
    """Write the line of events that PutLogEvents has not taken; `now` is the emulator's time in epoch milliseconds.

    The request succeeds all the same, and few programs read the part of the response that says so.
    """
    reasons = ", ".join(f"{count} {reason}" for reason, count in rejection.reasons.items())
    now_text = strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(now / SECOND))
    _write(
        logging.WARNING,
        f"PutLogEvents {_listed(log_groups)} rejected {sum(rejection.reasons.values())} of {rejection.count} events "
        f"({reasons}): the emulator's time is {now_text}, and --clock moves it",
        {"event": "rejected", "logGroups": list(log_groups), "reasons": rejection.reasons, **rejection.info},
    )


def places_elsewhere(log_groups: Iterable[str], caller: Caller, accounts: Accounts) -> str | None:
    """Where log groups are that a caller has not found, in a sentence; None if they are nowhere else.

    State is per account and region, so a client in another region than the one that writes finds nothing.
    """
    sentences = []
    for name in log_groups:
        found = [
            store.region if store.account_id == caller.account_id else f"{store.region} of account {store.account_id}"
            for store in accounts
            if name in store.groups and (store.account_id, store.region) != (caller.account_id, caller.region)
        ]
        if found and name not in accounts.region(caller.account_id, caller.region).groups:
            sentences.append(f"{name} is not in {caller.region}, but in {_listed(found)}")
    return "; ".join(sentences) or None


def log_control_request(scope: Scope, send: Send) -> Send:
    """A `send` that writes the line of a request of the control plane, at debug, once its response is complete."""
    if scope["type"] != "http" or not _log.isEnabledFor(logging.DEBUG):
        return send
    clock = asyncio.get_running_loop().time
    started_at, status = clock(), 0

    async def send_and_log(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)
        await send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            method, path, milliseconds = scope["method"], scope["path"], round((clock() - started_at) * 1000, 1)
            fields = {"method": method, "path": path, "status": status, "milliseconds": milliseconds}
            _write(logging.DEBUG, f"{method} {path} {status} {milliseconds} ms", fields)

    return send_and_log


def log_session_start(session: Session) -> None:
    """Write the line of a session that has been opened."""
    groups, pattern = _subscribed(session)
    line = f"session {session.session_id} started on {_listed(groups)}"
    if pattern:
        line += f" with the pattern {pattern}"
    _write(logging.INFO, line, {"event": "session started", **_session_fields(session)})


def log_session_end(session: Session, ended_by: str | None, now: int) -> None:
    """Write the line of a session that is over; `now` is in epoch milliseconds."""
    counters = session.counters
    seconds = (now - session.started_at) / SECOND
    by = f" ({ended_by})" if ended_by else ""
    line = (
        f"session {session.session_id} ended{by} after {seconds:g} s: {counters.updates} updates, "
        f"{counters.delivered} delivered, {counters.sampled_out} sampled out, {counters.dropped_events} dropped"
    )
    fields = {
        "event": "session ended",
        **_session_fields(session),
        "endedBy": ended_by,
        "seconds": seconds,
        "updates": counters.updates,
        "delivered": counters.delivered,
        "sampledOut": counters.sampled_out,
        "dropped": counters.dropped_events,
    }
    _write(logging.INFO, line, fields)


class RefusalLog:
    """The lines of requests that are refused as not of this service: one of a kind at once, then a count each minute.

    Tools that try which services an endpoint has send hundreds of them.
    """

    def __init__(self, call_later: Callable[[float, Callable[[], None]], object]) -> None:
        """`call_later` calls a function after so many seconds."""
        self._call_later = call_later
        self._repeats: dict[str, int] = {}

    def refused(self, kind: str, sentence: str) -> None:
        """Write a line, or count it if one of its kind was written within the last minute."""
        if kind not in self._repeats and len(self._repeats) >= MAX_KINDS:
            kind = "other"
        if kind in self._repeats:
            self._repeats[kind] += 1
            return
        _write(logging.WARNING, sentence, {"event": "refused"})
        self._count(kind, sentence)

    def _count(self, kind: str, sentence: str) -> None:
        self._repeats[kind] = 0
        self._call_later(REPEAT_AFTER_S, lambda: self._summarize(kind, sentence))

    def _summarize(self, kind: str, sentence: str) -> None:
        count = self._repeats.pop(kind)
        if count:
            _write(logging.WARNING, f"{sentence} ({count} more in a minute)", {"event": "refused", "count": count})
            self._count(kind, sentence)


def _subscribed(session: Session) -> tuple[list[str], str | None]:
    subscription = session.subscription
    return [arn.name for arn in subscription.log_groups], subscription.log_event_filter_pattern


def _session_fields(session: Session) -> dict[str, Any]:
    groups, pattern = _subscribed(session)
    return {"sessionId": session.session_id, "logGroups": groups, "pattern": pattern}


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return ", ".join(names[:_MAX_NAMES]) + more


def _write(level: int, line: str, fields: Mapping[str, Any]) -> None:
    """Write a line without the control characters that a client may have put into a name: no line of its own making."""
    if not line.isprintable():
        line = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in line)
    if len(line) > _MAX_LENGTH:
        line = line[: _MAX_LENGTH - 1] + "…"
    if _log.isEnabledFor(level):
        # Not by `log()`, which searches the stack for its caller: this is on the way of every request.
        record = _log.makeRecord(_log.name, level, "", 0, line, (), None, extra={"fields": fields})
        _log.handle(record)
