"""Fault rules: which fault happens, for which requests or sessions, when and how often.

    from livetail import faults

    emulator.add_fault(faults.cut(after_updates=3))
    emulator.add_fault(faults.throttling(fail=3, pass_=2))

Each function makes and checks a rule of one effect or preset; `docs/faults.md` describes them all. Seconds are those of
the emulator's clock. The keywords that rules have in common are `operation`, `log_group` (a glob), `after_requests`,
`after_updates` or `after_seconds`, `times` (0 is always), `probability`, `sessions` (`"new"` leaves out those that are
open already), and for effects on requests `sequence`: `(3, 2)` fails three and lets two pass, repeatedly.

Raises:
    FaultRuleError: the values are not a valid rule; a ValueError.
"""

from collections.abc import Mapping
from typing import Literal, TypedDict, TypeVar, Unpack, cast

from livetail.faults import effects, presets
from livetail.faults.effects import AnyEffect
from livetail.faults.reading import as_json, parse_rule
from livetail.faults.rules import AnyRule, FaultRule, FaultRuleError

__all__ = [
    "AnyRule",
    "FaultRule",
    "FaultRuleError",
    "as_json",
    "corrupt",
    "cut",
    "data_already_accepted",
    "delay",
    "dribble",
    "duplicate",
    "empty",
    "empty_page",
    "empty_pages",
    "end",
    "error",
    "error_message",
    "exception",
    "hide_events",
    "invalid_sequence_token",
    "lose",
    "no_initial_response",
    "observed_disconnect",
    "observed_disorder",
    "observed_loss",
    "observed_silence",
    "operation_aborted",
    "parse_rule",
    "read_delay",
    "reorder",
    "reset",
    "stall",
    "status",
    "throttling",
    "truncate",
    "unknown_event",
]


RuleT = TypeVar("RuleT", bound=AnyRule)


class PresetKeys(TypedDict, total=False):
    """The keywords that all rules take."""

    log_group: str
    times: int
    probability: float
    sessions: Literal["all", "new"]


class SessionKeys(PresetKeys, total=False):
    """The keywords of rules on sessions."""

    after_requests: int
    after_updates: int
    after_seconds: float


class RequestKeys(PresetKeys, total=False):
    """The keywords of rules on requests."""

    operation: str
    after_requests: int
    after_seconds: float
    sequence: tuple[int, int]


class ResetKeys(RequestKeys, total=False):
    """The keywords of a rule that may act on requests or sessions."""

    after_updates: int


# ---- effects on requests ---------------------------------------------------------------------------------------------


def error(
    code: str,
    message: str | None = None,
    *,
    status: int | None = None,
    members: dict[str, str] | None = None,
    carry_out: bool = False,
    **keys: Unpack[RequestKeys],
) -> FaultRule:
    """The response is an error of the service, by default in AWS's own words where they are known for the code."""
    return _rule(effects.Error(code=code, message=message, status=status, members=members, carry_out=carry_out), keys)


def delay(seconds: float, **keys: Unpack[RequestKeys]) -> FaultRule:
    """The request is carried out later."""
    return _rule(effects.Delay(seconds=seconds), keys)


def reset(*, carry_out: bool = False, **keys: Unpack[ResetKeys]) -> FaultRule:
    """The connection is reset; with `after_updates` or `after_seconds` that of a running session."""
    return _rule(effects.Reset(carry_out=carry_out), keys)


def empty(*, carry_out: bool = False, **keys: Unpack[RequestKeys]) -> FaultRule:
    """The connection is closed without a byte of a response."""
    return _rule(effects.Empty(carry_out=carry_out), keys)


def status(status: int, body: str = "", *, carry_out: bool = False, **keys: Unpack[RequestKeys]) -> FaultRule:
    """The response is a bare HTTP status with a plain text, as from a proxy."""
    return _rule(effects.Status(status=status, body=body, carry_out=carry_out), keys)


def empty_page(**keys: Unpack[RequestKeys]) -> FaultRule:
    """FilterLogEvents or GetLogEvents returns no log events, and a token with which they can be read."""
    return _rule(effects.EmptyPage(), keys)


def hide_events(seconds: float, **keys: Unpack[RequestKeys]) -> FaultRule:
    """FilterLogEvents or GetLogEvents does not return log events of the last `seconds`."""
    return _rule(effects.HideEvents(seconds=seconds), keys)


# ---- effects on sessions ---------------------------------------------------------------------------------------------


def exception(
    name: Literal["SessionStreamingException", "SessionTimeoutException"] = "SessionStreamingException",
    message: str | None = None,
    **keys: Unpack[SessionKeys],
) -> FaultRule:
    """The stream ends with an exception of the service's model."""
    return _rule(effects.StreamException(name=name, message=message), keys)


def error_message(code: str = "InternalFailure", message: str | None = None, **keys: Unpack[SessionKeys]) -> FaultRule:
    """The stream ends with an error outside the model (`:message-type: error`)."""
    return _rule(effects.ErrorMessage(code=code, message=message), keys)


def end(**keys: Unpack[SessionKeys]) -> FaultRule:
    """The stream ends cleanly, without a message."""
    return _rule(effects.End(), keys)


def cut(bytes: int | None = None, **keys: Unpack[SessionKeys]) -> FaultRule:
    """The connection is closed after a number of bytes of a message, half of it by default."""
    return _rule(effects.Cut(bytes=bytes), keys)


def stall(seconds: float, **keys: Unpack[SessionKeys]) -> FaultRule:
    """Nothing is written for a while, and the backlog fills."""
    return _rule(effects.Stall(seconds=seconds), keys)


def corrupt(
    part: Literal["prelude", "headers", "payload", "crc"] = "payload",
    *,
    valid_checksums: bool = False,
    **keys: Unpack[SessionKeys],
) -> FaultRule:
    """A part of a message is damaged; headers and payload also under correct checksums."""
    return _rule(effects.Corrupt(part=part, valid_checksums=valid_checksums), keys)


def truncate(bytes: int | None = None, **keys: Unpack[SessionKeys]) -> FaultRule:
    """A message is cut after a number of bytes, half of it by default, and the stream ends cleanly."""
    return _rule(effects.Truncate(bytes=bytes), keys)


def dribble(bytes: int, seconds: float, **keys: Unpack[SessionKeys]) -> FaultRule:
    """Messages are written in pieces of `bytes`, with a pause of `seconds` after each."""
    return _rule(effects.Dribble(bytes=bytes, seconds=seconds), keys)


def duplicate(**keys: Unpack[SessionKeys]) -> FaultRule:
    """A message is written twice."""
    return _rule(effects.Duplicate(), keys)


def reorder(milliseconds: int, share: float = effects.DEFAULT_SHARE, **keys: Unpack[SessionKeys]) -> FaultRule:
    """A share of the log events comes late, by up to `milliseconds`; none is lost."""
    return _rule(effects.Reorder(milliseconds=milliseconds, share=share), keys)


def lose(fraction: float = 1.0, *, bytes_per_second: int | None = None, **keys: Unpack[SessionKeys]) -> FaultRule:
    """A fraction of the log events is never delivered; with `bytes_per_second`, only of those beyond it."""
    return _rule(effects.Lose(fraction=fraction, bytes_per_second=bytes_per_second), keys)


def unknown_event(name: str = "unknownEvent", **keys: Unpack[SessionKeys]) -> FaultRule:
    """An event of a type that no SDK has comes before a message."""
    return _rule(effects.UnknownEvent(name=name), keys)


def no_initial_response(**keys: Unpack[SessionKeys]) -> FaultRule:
    """The stream begins with sessionStart."""
    return _rule(effects.NoInitialResponse(), keys)


# ---- presets ---------------------------------------------------------------------------------------------------------


def observed_disconnect(minutes: float = 34, **keys: Unpack[PresetKeys]) -> presets.ObservedDisconnect:
    """The connection of every session is closed in the middle of a message after `minutes`."""
    return _checked(presets.ObservedDisconnect(minutes=minutes), keys)


def observed_silence(minutes: float = 5, seconds: float = 75, **keys: Unpack[PresetKeys]) -> presets.ObservedSilence:
    """After `minutes`, nothing comes on a stream for `seconds`, not even empty updates."""
    return _checked(presets.ObservedSilence(minutes=minutes, seconds=seconds), keys)


def observed_disorder(
    milliseconds: int = 856, share: float = 20 / 7_000, **keys: Unpack[PresetKeys]
) -> presets.ObservedDisorder:
    """Some log events come after others that were ingested later."""
    return _checked(presets.ObservedDisorder(milliseconds=milliseconds, share=share), keys)


def observed_loss(bytes_per_second: int = 3_000_000, **keys: Unpack[PresetKeys]) -> presets.ObservedLoss:
    """What is beyond about 3 MB of messages a second is lost, with `sampled` false."""
    return _checked(presets.ObservedLoss(bytes_per_second=bytes_per_second), keys)


def operation_aborted(operation: str = "CreateLogGroup", **keys: Unpack[PresetKeys]) -> presets.OperationAborted:
    """A race for one log group: OperationAbortedException, once by default."""
    return _checked(presets.OperationAborted(operation=operation), keys)


def invalid_sequence_token(**keys: Unpack[PresetKeys]) -> presets.InvalidSequenceToken:
    """PutLogEvents refuses the sequence token and names the next one, once by default."""
    return _checked(presets.InvalidSequenceToken(), keys)


def data_already_accepted(**keys: Unpack[PresetKeys]) -> presets.DataAlreadyAccepted:
    """PutLogEvents stores the batch and responds that it was stored before, once by default."""
    return _checked(presets.DataAlreadyAccepted(), keys)


def throttling(fail: int = 3, pass_: int = 2, operation: str = "*", **keys: Unpack[PresetKeys]) -> presets.Throttling:
    """`fail` requests get ThrottlingException, then `pass_` are served, and so on."""
    return _checked(presets.Throttling(fail=fail, pass_=pass_, operation=operation), keys)


def read_delay(seconds: float = 10, **keys: Unpack[PresetKeys]) -> presets.ReadDelay:
    """FilterLogEvents and GetLogEvents have log events only `seconds` after their ingestion."""
    return _checked(presets.ReadDelay(seconds=seconds), keys)


def empty_pages(**keys: Unpack[PresetKeys]) -> presets.EmptyPages:
    """FilterLogEvents and GetLogEvents return pages without log events, with a token: `times` pages, 3 by default."""
    return _checked(presets.EmptyPages(), keys)


def _rule(effect: AnyEffect, keywords: Mapping[str, object]) -> FaultRule:
    return _checked(FaultRule(effect=effect), keywords)


def _checked(rule: RuleT, keywords: Mapping[str, object]) -> RuleT:
    """The rule, with keywords of the classes above, as if it had been read from JSON."""
    return cast("RuleT", parse_rule({**as_json(rule), **_as_json_keys(keywords)}))


def _as_json_keys(keywords: Mapping[str, object]) -> dict[str, object]:
    """Keywords as the keys of a rule in its JSON form."""
    keys: dict[str, object] = {}
    after: dict[str, object] = {}
    for name, value in keywords.items():
        if name == "log_group":
            keys["where"] = {"logGroup": value}
        elif name == "sequence" and isinstance(value, tuple):
            keys["sequence"] = dict(zip(("fail", "pass"), value, strict=False))
        elif name.startswith("after_"):
            after[name.removeprefix("after_")] = value
            keys["after"] = after
        else:
            keys[name] = value
    return keys
