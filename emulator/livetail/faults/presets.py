"""Rules under a name of their own, for what users have seen the real service do.

A preset is short for an ordinary rule. Unless a rule says otherwise, what was seen on every session or request holds
for every one (`times` is 0), and what was seen as a race happens once.
"""

from collections.abc import Iterable
from typing import Annotated, ClassVar, Final, TypeAlias, get_args

import msgspec
from msgspec import UNSET, Meta

from livetail.core.clock import DAY, MINUTE, SECOND
from livetail.core.tables import Path
from livetail.faults.effects import (
    AnyEffect,
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
from livetail.faults.rules import ANY_OPERATION, After, FaultRule, Repeat, RuleKeys

_DYNAMODB_TOOLS: Final = "https://github.com/awslabs/amazon-dynamodb-tools/issues"

SEQUENCE_TOKEN: Final = "49590293515121184143516241009459514993483551644565275730"
"""A sequence token of 56 digits, in the form that the service had when it checked them."""

Minutes = Annotated[float, Meta(ge=0, le=DAY // MINUTE)]


class Preset(RuleKeys, frozen=True, tag_field="preset"):
    """A rule under a name of its own.

    Attributes:
        sources: where it was seen.
        default_operation, default_times: what the rule has where `operation` or `times` is not given.
    """

    title: ClassVar[str] = "the preset"
    sources: ClassVar[tuple[str, ...]] = ()
    default_operation: ClassVar[str | None] = None
    default_times: ClassVar[int] = 0

    @classmethod
    def preset_name(cls) -> str:
        """Its name, as `preset` has it."""
        return str(cls.__struct_config__.tag)

    def effect(self) -> AnyEffect:
        """The effect of the rule."""
        raise NotImplementedError

    def after(self) -> After | None:
        """What the rule waits for."""
        return None

    def sequence(self) -> Repeat | None:
        """The sequence of the rule."""
        return None

    def rule(self) -> FaultRule:
        """The rule that this is short for."""
        operation = self.operation if self.operation is not UNSET else self.default_operation
        return FaultRule(
            operation=UNSET if operation is None else operation,
            where=self.where,
            times=self.default_times if self.times is UNSET else self.times,
            probability=self.probability,
            sessions=self.sessions,
            effect=self.effect(),
            after=self.after(),
            sequence=self.sequence(),
        )

    def check(self) -> Iterable[tuple[Path, str]]:
        yield from self.rule().check()


class ObservedDisconnect(Preset, frozen=True, tag="observed-disconnect"):
    """The connection is closed in the middle of a message after half an hour: no last chunk, no exception."""

    sources: ClassVar[tuple[str, ...]] = (f"{_DYNAMODB_TOOLS}/131", f"{_DYNAMODB_TOOLS}/278")

    minutes: Annotated[Minutes, Meta(description="Minutes from the session's start to the cut.")] = 34.0

    def effect(self) -> AnyEffect:
        return Cut()

    def after(self) -> After | None:
        return After(seconds=self.minutes * MINUTE / SECOND)


class ObservedSilence(Preset, frozen=True, tag="observed-silence"):
    """Nothing comes on a stream for over a minute, not even empty updates."""

    sources: ClassVar[tuple[str, ...]] = (f"{_DYNAMODB_TOOLS}/131", f"{_DYNAMODB_TOOLS}/278")

    minutes: Annotated[Minutes, Meta(description="Minutes from the session's start to the silence.")] = 5.0
    seconds: Annotated[Seconds, Meta(description="How long it lasts.")] = 75.0

    def effect(self) -> AnyEffect:
        return Stall(seconds=self.seconds)

    def after(self) -> After | None:
        return After(seconds=self.minutes * MINUTE / SECOND)


class ObservedDisorder(Preset, frozen=True, tag="observed-disorder"):
    """Now and then a log event comes behind others that were ingested up to 856 ms after it."""

    sources: ClassVar[tuple[str, ...]] = (f"{_DYNAMODB_TOOLS}/323",)

    milliseconds: Annotated[int, Meta(ge=1, le=60_000, description="The maximum delay of one event.")] = 856
    share: Annotated[Share, Meta(description="How many are late: about 20 in 7,000.")] = 20 / 7_000

    def effect(self) -> AnyEffect:
        return Reorder(milliseconds=self.milliseconds, share=self.share)


class ObservedLoss(Preset, frozen=True, tag="observed-loss"):
    """What is beyond about 3 MB of messages a second is lost, with `sampled` false."""

    sources: ClassVar[tuple[str, ...]] = (f"{_DYNAMODB_TOOLS}/315", f"{_DYNAMODB_TOOLS}/321")

    bytes_per_second: Annotated[
        int, Meta(ge=0, le=2**40, description="Bytes of messages a second that are delivered.")
    ] = 3_000_000

    def effect(self) -> AnyEffect:
        return Lose(bytes_per_second=self.bytes_per_second)


class OperationAborted(Preset, frozen=True, tag="operation-aborted"):
    """Two clients change one log group at the same time, and one of them gets OperationAbortedException."""

    sources: ClassVar[tuple[str, ...]] = (
        "https://github.com/aws/aws-cdk/issues/15709",
        "https://github.com/lazywithclass/winston-cloudwatch/issues/1",
    )
    default_operation: ClassVar[str | None] = "CreateLogGroup"
    default_times: ClassVar[int] = 1

    def effect(self) -> AnyEffect:
        return Error(
            code="OperationAbortedException",
            message="A conflicting operation is currently in progress against this resource. Please try again.",
        )


class InvalidSequenceToken(Preset, frozen=True, tag="invalid-sequence-token"):
    """PutLogEvents refuses the sequence token and names the next one, as it did before 2023."""

    sources: ClassVar[tuple[str, ...]] = ("https://github.com/kdgregory/log4j-aws-appenders/issues/59",)
    default_operation: ClassVar[str | None] = "PutLogEvents"
    default_times: ClassVar[int] = 1

    def effect(self) -> AnyEffect:
        return Error(
            code="InvalidSequenceTokenException",
            message=f"The given sequenceToken is invalid. The next expected sequenceToken is: {SEQUENCE_TOKEN}",
            members={"expectedSequenceToken": SEQUENCE_TOKEN},
        )


class DataAlreadyAccepted(Preset, frozen=True, tag="data-already-accepted"):
    """PutLogEvents stores the batch, and says that it had it already and which sequence token comes next."""

    sources: ClassVar[tuple[str, ...]] = ("https://github.com/boxfuse/cloudwatchlogs-java-appender/issues/9",)
    default_operation: ClassVar[str | None] = "PutLogEvents"
    default_times: ClassVar[int] = 1

    def effect(self) -> AnyEffect:
        return Error(
            code="DataAlreadyAcceptedException",
            message=(
                "The given batch of log events has already been accepted. "
                f"The next batch can be sent with sequenceToken: {SEQUENCE_TOKEN}"
            ),
            members={"expectedSequenceToken": SEQUENCE_TOKEN},
            carry_out=True,
        )


class Throttling(Preset, frozen=True, tag="throttling"):
    """Every operation is throttled for some requests, then served for some, and so on."""

    sources: ClassVar[tuple[str, ...]] = (
        "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html",
    )
    default_operation: ClassVar[str | None] = ANY_OPERATION

    fail: Annotated[int, Meta(ge=1, le=1_000_000_000, description="So many requests fail.")] = 3
    pass_: Annotated[int, Meta(ge=1, le=1_000_000_000, description="So many pass then.")] = msgspec.field(
        name="pass", default=2
    )

    def effect(self) -> AnyEffect:
        return Error(code="ThrottlingException")

    def sequence(self) -> Repeat | None:
        return Repeat(fail=self.fail, pass_=self.pass_)


class ReadDelay(Preset, frozen=True, tag="read-delay"):
    """FilterLogEvents and GetLogEvents have log events only some seconds after their ingestion."""

    seconds: Annotated[Seconds, Meta(description="How many seconds.")] = 10.0

    def effect(self) -> AnyEffect:
        return HideEvents(seconds=self.seconds)


class EmptyPages(Preset, frozen=True, tag="empty-pages"):
    """FilterLogEvents and GetLogEvents return pages without log events whose token leads on."""

    sources: ClassVar[tuple[str, ...]] = (
        "https://github.com/boto/boto3/issues/4258",
        "https://github.com/dstackai/dstack/pull/2501",
    )
    default_times: ClassVar[int] = 3

    def effect(self) -> AnyEffect:
        return EmptyPage()


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

PRESETS: Final[dict[str, type[Preset]]] = {preset.preset_name(): preset for preset in get_args(AnyPreset)}
"""All presets by the name that a rule gives as `preset`, in the order of the documentation."""
