"""A fault rule: for which requests or sessions, when, how often, and the effect.

    {"operation": "StartLiveTail", "where": {"logGroup": "/aws/lambda/*"}, "after": {"updates": 3},
     "times": 1, "probability": 1.0, "effect": {"type": "exception"}}

The structs are the rule as people write it, in JSON or TOML; `livetail.faults.reading` reads it.
"""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from livetail.core.clock import SECOND
from livetail.core.tables import Path, Problem, Table, shown
from livetail.errors import LiveTailError
from livetail.faults.effects import ActsOn, AnyEffect, Reset

START_LIVE_TAIL: Final = "StartLiveTail"
ANY_OPERATION: Final = "*"
MAX_COUNT: Final = 1_000_000_000

Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]


class FaultRuleError(LiveTailError, ValueError):
    """A table is not a fault rule; `str()` is all its problems in one line.

    Attributes:
        problems: each of them with its path.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


class Where(Table, frozen=True, rename="camel"):
    """What the rule is about."""

    title = "where"

    log_group: Annotated[
        Annotated[str, Meta(min_length=1, max_length=2048)] | None,
        Meta(description="A glob for the name of a log group."),
    ] = None


class After(Table, frozen=True, rename="camel"):
    """What the rule waits for; at most one of these."""

    title = "after"

    requests: Annotated[Count | None, Meta(description="The number of matching requests that pass first.")] = None
    updates: Annotated[
        Count | None, Meta(description="The number of session updates that pass first; 0 is after sessionStart.")
    ] = None
    seconds: Annotated[
        Annotated[float, Meta(ge=0, le=MAX_COUNT)] | None,
        Meta(description="The seconds that pass first, by the emulator's clock."),
    ] = None

    @property
    def given(self) -> list[str]:
        """The names of its keys that are given: one, or none."""
        return [name for name in self.__struct_fields__ if getattr(self, name) is not None]

    @property
    def milliseconds(self) -> int | None:
        """`seconds` in milliseconds."""
        return None if self.seconds is None else round(self.seconds * SECOND)

    def check(self) -> Iterable[tuple[Path, str]]:
        if len(self.given) > 1:
            yield (), f"has {' and '.join(self.given)}; it takes one of them"


class Repeat(Table, frozen=True):
    """A sequence that repeats: the rule fires on `fail` matching requests, then lets `pass` requests pass."""

    title = "sequence"

    fail: Annotated[
        int, Meta(ge=1, le=MAX_COUNT, description="The number of matching requests on which the rule fires.")
    ]
    pass_: Annotated[
        int, Meta(ge=1, le=MAX_COUNT, description="The number of requests that pass before it fires again.")
    ] = msgspec.field(name="pass")

    def fires(self, number: int) -> bool:
        """Whether the rule fires on the request of this number, counted from 0."""
        return number % (self.fail + self.pass_) < self.fail


OperationName = Annotated[
    str,
    Meta(
        pattern=r"^(\*|[A-Z][A-Za-z0-9]{0,127})$",
        description="The operation, or `*` for every one that the effect can act on.",
        extra={"expected": "the name of an operation or *"},
    ),
]


class AnyRule(Table, frozen=True, rename="camel"):
    """A rule as it is given: with an effect, or as a preset. These are the keys that both have."""

    operation: OperationName | UnsetType = UNSET
    where: Where = Where()
    times: Annotated[Count | UnsetType, Meta(description="How often the rule fires in all; 0 is always.")] = UNSET
    probability: Annotated[float, Meta(ge=0, le=1, description="The chance that it fires when it could.")] = 1.0
    sessions: Annotated[
        Literal["all", "new"], Meta(description="`new` leaves out the sessions that are open when the rule is added.")
    ] = "all"

    def full_rule(self) -> "FaultRule":
        """The rule with its effect."""
        raise NotImplementedError


class FaultRule(AnyRule, frozen=True, kw_only=True):
    """A rule."""

    title = "a fault rule"

    after: Annotated[After, Meta(extra_json_schema={"maxProperties": 1})] = After()
    sequence: Repeat | None = None
    effect: AnyEffect

    def full_rule(self) -> "FaultRule":
        return self

    @property
    def acts_on(self) -> ActsOn:
        """What the effect acts on. A reset acts on a session if it is due after some of its updates or seconds."""
        waits_in_session = self.after.updates is not None or self.after.seconds is not None
        if isinstance(self.effect, Reset) and waits_in_session and self.operation_name == START_LIVE_TAIL:
            return ActsOn.SESSION
        return self.effect.acts_on

    @property
    def max_firings(self) -> int:
        """How often it fires in all; 0 is always."""
        if self.times is UNSET:
            return 0 if self.sequence else 1
        return self.times

    @property
    def operation_name(self) -> str:
        """The operation, or `*`: what is given, or the default of the effect."""
        if self.operation is not UNSET:
            return self.operation
        match self.effect.operations:
            case ():
                return START_LIVE_TAIL
            case (operation,):
                return operation
        return ANY_OPERATION

    def matched_group(self, log_groups: Sequence[str]) -> str | None:
        """The first of these names that the rule matches, None if it matches none of them."""
        pattern = self.where.log_group
        return next((name for name in log_groups if pattern is None or fnmatchcase(name, pattern)), None)

    def matches(self, operation: str, log_groups: Sequence[str]) -> bool:
        """Whether the rule matches a request for these log groups, given by name.

        A rule with `where` never matches a request that names no log group.
        """
        return (
            self.operation_name in (ANY_OPERATION, operation)
            and (not self.effect.operations or operation in self.effect.operations)
            and (self.where.log_group is None or self.matched_group(log_groups) is not None)
        )

    def check(self) -> Iterable[tuple[Path, str]]:
        effect, name = self.effect, self.effect.type_name()
        possible_operations = effect.operations if len(effect.operations) < 2 else (ANY_OPERATION, *effect.operations)
        if effect.operations and self.operation_name not in possible_operations:
            words = f"the effect {name} acts on {' and '.join(effect.operations)} only"
            yield ("operation",), f"is {shown(self.operation_name)}; {words}"
            return
        if self.sequence is not None and not self.acts_on.is_request:
            yield ("sequence",), f"is given; the effect {name} acts on {self.acts_on.value}, not on requests"
        if self.acts_on is ActsOn.SESSION and isinstance(effect, Reset) and effect.carry_out:
            yield ("effect", "carryOut"), "is true; a reset of a running session has no operation to carry out"
        possible = ["requests"]
        if self.acts_on is not ActsOn.FIRST_MESSAGE:
            possible += ["seconds"] if self.acts_on.is_request else ["updates", "seconds"]
        for given in self.after.given:
            if given not in possible:
                words = f"the effect {name} acts on {self.acts_on.value} and takes {' or '.join(possible)}"
                yield ("after", given), f"is given; {words}"
