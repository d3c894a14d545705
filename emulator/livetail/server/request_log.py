"""The log lines about clients: their requests, the start and end of their sessions, and refusals."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import gmtime, strftime
from typing import Any, Final

from livetail.api.context import Caller
from livetail.core.clock import SECOND
from livetail.live.session import Session
from livetail.server.journal import Entry
from livetail.store.accounts import Accounts
from livetail.store.rules import Rejection

_log = logging.getLogger(__name__)

REPEAT_AFTER_S: Final = 60.0
"""A line of the same kind is written at most this often."""

MAX_KINDS: Final = 100
"""Kinds of lines that are counted; clients choose some of their names."""

_MAX_NAMES: Final = 3
_MAX_LENGTH: Final = 300


def log_request(entry: Entry, log_groups: Sequence[str], message: str | None, seconds: float) -> None:
    """Write the line of a request of the AWS API.

    `log_groups` are those that it names, `message` says more about its error, and `seconds` is the time from the end of
    the request to the response.
    """
    operation, status, error, milliseconds = entry.operation, entry.status, entry.error, round(seconds * 1000, 1)
    words = (operation, _listed(log_groups), str(status) if status else "connection closed", error)
    line = f"{' '.join(filter(None, words))} {milliseconds} ms"
    if message:
        line += f": {message.partition(chr(10))[0]}"
    fields = {"operation": operation, "logGroups": list(log_groups), "status": status, "error": error}
    _write(logging.INFO, line, {**fields, "milliseconds": milliseconds})


def log_rejection(log_groups: Sequence[str], rejection: Rejection, now: int) -> None:
    """Write the line of events that PutLogEvents rejected; `now` is the emulator's time in epoch milliseconds.

    Such a request succeeds, and few programs read the part of the response that lists what was rejected.
    """
    reasons = ", ".join(f"{count} {reason}" for reason, count in rejection.reasons.items())
    now_text = strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(now / SECOND))
    line = (
        f"PutLogEvents {_listed(log_groups)} rejected {sum(rejection.reasons.values())} of {rejection.count} events "
        f"({reasons}): the emulator's time is {now_text}, and --clock moves it"
    )
    fields = {"event": "rejected", "logGroups": list(log_groups), "reasons": rejection.reasons, **rejection.info}
    _write(logging.WARNING, line, fields)


def places_elsewhere(log_groups: Iterable[str], caller: Caller, accounts: Accounts) -> str | None:
    """A sentence on the accounts and regions that have log groups which a caller did not find; None if there are none.

    State is per account and region, so a client does not find the log groups of a client in another region.
    """
    sentences = []
    for name in log_groups:
        found = [
            store.region if store.account_id == caller.account_id else f"{store.region} of account {store.account_id}"
            for store in accounts.stores.values()
            if name in store.groups and (store.account_id, store.region) != (caller.account_id, caller.region)
        ]
        if found and name not in accounts.region(caller.account_id, caller.region).groups:
            sentences.append(f"{name} is not in {caller.region}, but in {_listed(found)}")
    return "; ".join(sentences) or None


def log_control_request(method: str, path: str, status: int, seconds: float) -> None:
    """Write the line of a request of the control plane, at debug."""
    milliseconds = round(seconds * 1000, 1)
    fields = {"method": method, "path": path, "status": status, "milliseconds": milliseconds}
    _write(logging.DEBUG, f"{method} {path} {status} {milliseconds} ms", fields)


def log_session_start(session: Session) -> None:
    """Write the line of a session that has begun."""
    fields = _session_fields(session)
    line = f"session {session.session_id} started on {_listed(fields['logGroups'])}"
    if fields["pattern"]:
        line += f" with the pattern {fields['pattern']}"
    _write(logging.INFO, line, {"event": "session started", **fields})


def log_session_end(session: Session, now: int) -> None:
    """Write the line of a session that has ended; `now` is in epoch milliseconds."""
    counters, seconds = session.counters, (now - session.started_at) / SECOND
    counts = {
        "updates": counters.updates,
        "delivered": counters.delivered,
        "sampledOut": counters.sampled_out,
        "dropped": counters.dropped_events,
    }
    by = f" ({session.ended_by})" if session.ended_by else ""
    line = (
        f"session {session.session_id} ended{by} after {seconds:g} s: {counters.updates} updates, "
        f"{counters.delivered} delivered, {counters.sampled_out} sampled out, {counters.dropped_events} dropped"
    )
    fields = {**_session_fields(session), "endedBy": session.ended_by, "seconds": seconds, **counts}
    _write(logging.INFO, line, {"event": "session ended", **fields})


class RefusalLog:
    """The lines of requests that are refused because they are not for this service.

    The first of a kind gets a line at once, the others are counted in a line each minute: a tool that tests which
    services an endpoint supports sends hundreds of them.
    """

    def __init__(self, call_later: Callable[[float, Callable[[], None]], object]) -> None:
        """`call_later` calls a function after a number of seconds."""
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


def _session_fields(session: Session) -> dict[str, Any]:
    subscription = session.subscription
    return {
        "sessionId": session.session_id,
        "logGroups": [arn.name for arn in subscription.log_groups],
        "pattern": subscription.log_event_filter_pattern,
    }


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return ", ".join(names[:_MAX_NAMES]) + more


def _write(level: int, line: str, fields: Mapping[str, Any]) -> None:
    """Write a line; control characters are escaped, so that a client cannot forge log lines with a name."""
    if not line.isprintable():
        line = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in line)
    if len(line) > _MAX_LENGTH:
        line = line[: _MAX_LENGTH - 1] + "…"
    if _log.isEnabledFor(level):
        # Not `log()`, which searches the stack for its caller: this runs for every request.
        record = _log.makeRecord(_log.name, level, "", 0, line, (), None, extra={"fields": fields})
        _log.handle(record)
