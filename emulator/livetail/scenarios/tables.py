"""The tables of a scenario file, key by key; docs/scenarios.md describes them to users in the same order."""

from typing import Annotated, Any, ClassVar, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from livetail.scenarios.problems import Table

__all__ = [
    "RATE_TABLES",
    "BurstTable",
    "ConstantTable",
    "LogGroupTable",
    "OnceTable",
    "PoissonTable",
    "RampTable",
    "RateTable",
    "ReplayTable",
    "ScenarioTable",
    "SineTable",
    "SourceTable",
]

Text = Annotated[str, Meta(description="a text")]
Texts = Annotated[list[str], Meta(description="a list of texts")]
Number = Annotated[int | float, Meta(description="a number")]
Whole = Annotated[int, Meta(description="a whole number")]
Switch = Annotated[bool, Meta(description="true or false")]
Tags = Annotated[dict[str, str], Meta(description="a table of texts")]
RateValue = Annotated[int | float | dict[str, Any], Meta(description="a number of events per second, or a table")]
Entries = Annotated[Any, Meta(description="a list of tables")]


class ScenarioTable(Table):
    """The whole file. What the lists hold is read entry by entry."""

    seed: Whole | UnsetType = UNSET
    log_group: Entries | UnsetType = UNSET
    source: Entries | UnsetType = UNSET
    replay: Entries | UnsetType = UNSET
    fault: Entries | UnsetType = UNSET


class LogGroupTable(Table):
    needed: ClassVar = ("name",)

    name: Text | UnsetType = UNSET
    log_class: Text | UnsetType = msgspec.field(name="class", default=UNSET)
    retention_days: Whole | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    streams: Texts | UnsetType = UNSET


class SourceTable(Table):
    needed: ClassVar = ("log_group", "rate")

    log_group: Text | UnsetType = UNSET
    log_streams: Texts | UnsetType = UNSET
    format: Text | UnsetType = UNSET
    template: Text | UnsetType = UNSET
    rate: RateValue | UnsetType = UNSET
    start: Text | UnsetType = UNSET
    duration: Text | UnsetType = UNSET


class ReplayTable(Table):
    needed: ClassVar = ("file",)

    file: Text | UnsetType = UNSET
    speed: Number | UnsetType = UNSET
    loop: Switch | UnsetType = UNSET
    start: Text | UnsetType = UNSET


class RateTable(Table):
    """What all shapes of a rate have in common: which one it is."""

    shape: Text | UnsetType = UNSET


class ConstantTable(RateTable):
    needed: ClassVar = ("rate",)

    rate: Number | UnsetType = UNSET


class PoissonTable(RateTable):
    needed: ClassVar = ("rate",)

    rate: Number | UnsetType = UNSET


class RampTable(RateTable):
    needed: ClassVar = ("from", "to", "over")

    start: Number | UnsetType = msgspec.field(name="from", default=UNSET)
    end: Number | UnsetType = msgspec.field(name="to", default=UNSET)
    over: Text | UnsetType = UNSET


class SineTable(RateTable):
    needed: ClassVar = ("mean", "amplitude", "every")

    mean: Number | UnsetType = UNSET
    amplitude: Number | UnsetType = UNSET
    every: Text | UnsetType = UNSET
    phase: Text | UnsetType = UNSET


class BurstTable(RateTable):
    needed: ClassVar = ("base", "peak", "every", "length")

    base: Number | UnsetType = UNSET
    peak: Number | UnsetType = UNSET
    every: Text | UnsetType = UNSET
    length: Text | UnsetType = UNSET
    phase: Text | UnsetType = UNSET


class OnceTable(RateTable):
    needed: ClassVar = ("count",)

    count: Whole | UnsetType = UNSET


RATE_TABLES: Final[dict[str, type[RateTable]]] = {
    "constant": ConstantTable,
    "poisson": PoissonTable,
    "ramp": RampTable,
    "sine": SineTable,
    "burst": BurstTable,
    "once": OnceTable,
}
