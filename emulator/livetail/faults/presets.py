"""Rules under a name of their own, for what users have seen the real service do.

A preset is short for an ordinary rule. It holds for every session unless a rule says otherwise (`times` is 0): that is
how it was seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from livetail.faults.fields import Field, Kind

__all__ = ["PRESETS", "Preset"]

_SOURCE: Final = "https://github.com/awslabs/amazon-dynamodb-tools/issues"


@dataclass(frozen=True, slots=True)
class Preset:
    """One row of the table.

    Attributes:
        effect: the type of the effect.
        doc: one sentence for users.
        sources: where it was seen.
        fields: its keys. `minutes` goes into `after.seconds`, the others into the effect under their own names.
    """

    effect: str
    doc: str
    sources: tuple[str, ...]
    fields: tuple[Field, ...]

    def expand(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the rule holds that this preset stands for; `values` has all keys of the preset."""
        effect = {"type": self.effect} | {key: value for key, value in values.items() if key != "minutes"}
        rule: dict[str, Any] = {"times": 0, "effect": effect}
        if "minutes" in values:
            rule["after"] = {"seconds": values["minutes"] * 60}
        return rule


def _minutes(doc: str, default: float) -> Field:
    return Field("minutes", Kind.NUMBER, doc, default, most=24 * 60)


PRESETS: Final[Mapping[str, Preset]] = {
    "observed-disconnect": Preset(
        "cut",
        "The connection is dropped in the middle of a message after half an hour: no last chunk, no exception.",
        (f"{_SOURCE}/131", f"{_SOURCE}/278"),
        (_minutes("Minutes from the session's start to the cut.", 34),),
    ),
    "observed-silence": Preset(
        "stall",
        "A stream is quiet for over a minute, not even empty updates come.",
        (f"{_SOURCE}/131", f"{_SOURCE}/278"),
        (
            _minutes("Minutes from the session's start to the silence.", 5),
            Field("seconds", Kind.NUMBER, "How long it lasts.", 75, least=0.001, most=24 * 60 * 60),
        ),
    ),
    "observed-disorder": Preset(
        "reorder",
        "Now and then a log event comes behind others that were ingested up to 856 ms after it.",
        (f"{_SOURCE}/323",),
        (
            Field("milliseconds", Kind.WHOLE, "The most by which one is late.", 856, least=1, most=60_000),
            Field("share", Kind.NUMBER, "How many are late: about 20 in 7,000.", 20 / 7_000, most=1),
        ),
    ),
    "observed-loss": Preset(
        "lose",
        "What is beyond about 3 MB of messages a second is lost, with `sampled` false.",
        (f"{_SOURCE}/315", f"{_SOURCE}/321"),
        (Field("bytesPerSecond", Kind.WHOLE, "Bytes of messages a second that get through.", 3_000_000, most=2**40),),
    ),
}
"""All presets by the name that a rule gives as `preset`."""
