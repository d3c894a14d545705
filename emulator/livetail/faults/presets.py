"""Rules with names, for faults that users have seen on the real service.

A preset is short for an ordinary rule. By default, a fault that was seen on every session or request happens on every
one (`times` is 0), and a race happens once.
"""

from collections.abc import Iterable
from typing import Annotated, ClassVar, Final, TypeAlias, get_args

import msgspec
from msgspec import UNSET, Meta

from livetail.core.clock import DAY, MINUTE, SECOND
from livetail.core.tables import Path
from livetail.faults.effects import (
    Cut,
    EmptyPage,
    Error,
    HideEvents,
    Lose,
    Reorder,
    Seconds,
    Share,
    Stall,
)
from livetail.faults.rules import ANY_OPERATION, MAX_COUNT, After, AnyRule, FaultRule, Repeat

_DYNAMODB_TOOLS: Final = "https://github.com/awslabs/amazon-dynamodb-tools/issues"

SEQUENCE_TOKEN: Final = "49590293515121184143516241009459514993483551644565275730"
"""A sequence token of 56 digits, in the form that the service had when it checked them."""

Minutes = Annotated[float, Meta(ge=0, le=DAY // MINUTE)]


class Preset(AnyRule, frozen=True, tag_field="preset"):
    """A rule with a name; `sources` is where it was seen."""

    title = "the preset"
    sources: ClassVar[tuple[str, ...]] = ()

    def default_rule(self) -> FaultRule:
        """The rule without the keys that rules have in common."""
        raise NotImplementedError

    def full_rule(self) -> FaultRule:
        common = {name: getattr(self, name) for name in AnyRule.__struct_fields__}
        given = {name: value for name, value in common.items() if value is not UNSET}
        return msgspec.structs.replace(self.default_rule(), **given)

    def check(self) -> Iterable[tuple[Path, str]]:
        yield from self.full_rule().check()


class ObservedDisconnect(Preset, frozen=True, tag="observed-disconnect"):
    """The connection is closed in the middle of a message after half an hour: no last chunk, no exception."""

    sources = (f"{_DYNAMODB_TOOLS}/131", f"{_DYNAMODB_TOOLS}/278")

    minutes: Annotated[Minutes, Meta(description="Minutes from the session's start to the cut.")] = 34.0

    def default_rule(self) -> FaultRule:
        after = After(seconds=self.minutes * MINUTE / SECOND)
        return FaultRule(effect=Cut(), times=0, after=after)


class ObservedSilence(Preset, frozen=True, tag="observed-silence"):
    """Nothing comes on a stream for over a minute, not even empty updates."""

    sources = (f"{_DYNAMODB_TOOLS}/131", f"{_DYNAMODB_TOOLS}/278")

    minutes: Annotated[Minutes, Meta(description="Minutes from the session's start to the silence.")] = 5.0
    seconds: Annotated[Seconds, Meta(description="How long it lasts.")] = 75.0

    def default_rule(self) -> FaultRule:
        after = After(seconds=self.minutes * MINUTE / SECOND)
        return FaultRule(effect=Stall(seconds=self.seconds), times=0, after=after)


class ObservedDisorder(Preset, frozen=True, tag="observed-disorder"):
    """Now and then a log event comes after others that were ingested up to 856 ms later."""

    sources = (f"{_DYNAMODB_TOOLS}/323",)

    milliseconds: Annotated[int, Meta(ge=1, le=60_000, description="The maximum delay of one event.")] = 856
    share: Annotated[Share, Meta(description="How many are late: about 20 in 7,000.")] = 20 / 7_000

    def default_rule(self) -> FaultRule:
        return FaultRule(effect=Reorder(milliseconds=self.milliseconds, share=self.share), times=0)


class ObservedLoss(Preset, frozen=True, tag="observed-loss"):
    """What is beyond about 3 MB of messages a second is lost, with `sampled` false."""

    sources = (f"{_DYNAMODB_TOOLS}/315", f"{_DYNAMODB_TOOLS}/321")

    bytes_per_second: Annotated[
        int, Meta(ge=0, le=2**40, description="Bytes of messages a second that are delivered.")
    ] = 3_000_000

    def default_rule(self) -> FaultRule:
        return FaultRule(effect=Lose(bytes_per_second=self.bytes_per_second), times=0)


class OperationAborted(Preset, frozen=True, tag="operation-aborted"):
    """Two clients change one log group at the same time, and one of them gets OperationAbortedException."""

    sources = (
        "https://github.com/aws/aws-cdk/issues/15709",
        "https://github.com/lazywithclass/winston-cloudwatch/issues/1",
    )

    def default_rule(self) -> FaultRule:
        text = "A conflicting operation is currently in progress against this resource. Please try again."
        return FaultRule(operation="CreateLogGroup", effect=Error(code="OperationAbortedException", message=text))


class InvalidSequenceToken(Preset, frozen=True, tag="invalid-sequence-token"):
    """PutLogEvents refuses the sequence token and names the next one, as it did before 2023."""

    sources = ("https://github.com/kdgregory/log4j-aws-appenders/issues/59",)

    def default_rule(self) -> FaultRule:
        error = Error(
            code="InvalidSequenceTokenException",
            message=f"The given sequenceToken is invalid. The next expected sequenceToken is: {SEQUENCE_TOKEN}",
            members={"expectedSequenceToken": SEQUENCE_TOKEN},
        )
        return FaultRule(operation="PutLogEvents", effect=error)


class DataAlreadyAccepted(Preset, frozen=True, tag="data-already-accepted"):
    """PutLogEvents stores the batch, and responds that it was stored before and which sequence token comes next."""

    sources = ("https://github.com/boxfuse/cloudwatchlogs-java-appender/issues/9",)

    def default_rule(self) -> FaultRule:
        error = Error(
            code="DataAlreadyAcceptedException",
            message=(
                "The given batch of log events has already been accepted. "
                f"The next batch can be sent with sequenceToken: {SEQUENCE_TOKEN}"
            ),
            members={"expectedSequenceToken": SEQUENCE_TOKEN},
            carry_out=True,
        )
        return FaultRule(operation="PutLogEvents", effect=error)


class Throttling(Preset, frozen=True, tag="throttling"):
    """Every operation is throttled for some requests, then served for some, and so on."""

    sources = ("https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html",)

    fail: Annotated[int, Meta(ge=1, le=MAX_COUNT, description="The number of requests that fail.")] = 3
    pass_: Annotated[int, Meta(ge=1, le=MAX_COUNT, description="The number of requests that pass then.")] = (
        msgspec.field(name="pass", default=2)
    )

    def default_rule(self) -> FaultRule:
        error, sequence = Error(code="ThrottlingException"), Repeat(fail=self.fail, pass_=self.pass_)
        return FaultRule(operation=ANY_OPERATION, effect=error, sequence=sequence, times=0)


class ReadDelay(Preset, frozen=True, tag="read-delay"):
    """FilterLogEvents and GetLogEvents have log events only some seconds after their ingestion."""

    seconds: Annotated[Seconds, Meta(description="How many seconds.")] = 10.0

    def default_rule(self) -> FaultRule:
        return FaultRule(effect=HideEvents(seconds=self.seconds), times=0)


class EmptyPages(Preset, frozen=True, tag="empty-pages"):
    """FilterLogEvents and GetLogEvents return pages without log events whose token leads on."""

    sources = (
        "https://github.com/boto/boto3/issues/4258",
        "https://github.com/dstackai/dstack/pull/2501",
    )

    def default_rule(self) -> FaultRule:
        return FaultRule(effect=EmptyPage(), times=3)


AnyPreset: TypeAlias = (
    ObservedDisconnect
    | ObservedSilence
    | ObservedDisorder
    | ObservedLoss
    | OperationAborted
    | InvalidSequenceToken
    | DataAlreadyAccepted
    | Throttling
    | ReadDelay
    | EmptyPages
)

PRESETS: Final[dict[str, type[Preset]]] = {str(preset.__struct_config__.tag): preset for preset in get_args(AnyPreset)}
"""All presets by the name that a rule gives as `preset`, in the order of the documentation."""
