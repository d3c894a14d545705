"""One fault rule: read from its JSON form, every fault of it in a sentence.

    {"operation": "StartLiveTail", "where": {"logGroup": "/aws/lambda/*"}, "after": {"updates": 3},
     "times": 1, "probability": 1.0, "effect": {"type": "exception"}}

or `{"preset": "observed-disconnect"}` in place of `after` and `effect`. Keys may be in snake_case, as scenario files
have them.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from livetail.core.clock import SECOND
from livetail.faults.effects import EFFECTS, EffectType
from livetail.faults.fields import Field, Kind, read_table, shown
from livetail.faults.model import START_LIVE_TAIL, After, Effect, FaultError, FaultRule, Place
from livetail.faults.presets import PRESETS

__all__ = ["AFTER_FIELDS", "RULE_FIELDS", "WHERE_FIELDS", "check_rule", "parse_rule"]

_OPERATION = re.compile(r"[A-Z][A-Za-z0-9]*|\*")
_MOST: Final = 1_000_000_000
_NO_BODY_STATUSES: Final = (204, 304)
"""HTTP allows these no body (RFC 9110)."""

RULE_FIELDS: Final = (
    Field("operation", Kind.TEXT, "The operation, or `*` for every one.", START_LIVE_TAIL, least=1, most=128),
    Field("times", Kind.WHOLE, "How often the rule fires in all; 0 is always.", 1, most=_MOST),
    Field("probability", Kind.NUMBER, "The chance that it fires when it could.", 1.0, most=1),
)
WHERE_FIELDS: Final = (Field("logGroup", Kind.TEXT, "A glob for the name of a log group.", None, least=1, most=2048),)
AFTER_FIELDS: Final = (
    Field("requests", Kind.WHOLE, "So many matching requests pass first.", None, most=_MOST),
    Field("updates", Kind.WHOLE, "So many session updates pass first; 0 is after sessionStart.", None, most=_MOST),
    Field("seconds", Kind.NUMBER, "So many seconds pass first, by the emulator's clock.", None, most=_MOST),
)
_TABLES: Final = ("where", "after", "effect")

_WAITS_FOR: Final[Mapping[Place, tuple[After, ...]]] = {
    Place.REQUEST: (After.NOTHING, After.REQUESTS, After.SECONDS),
    Place.OPENING: (After.NOTHING, After.REQUESTS),
    Place.SESSION: tuple(After),
    Place.MESSAGE: tuple(After),
    Place.MODE: tuple(After),
}


def check_rule(given: Mapping[str, Any]) -> list[str]:
    """What is wrong with a rule, a sentence for each fault; none if it is good."""
    try:
        parse_rule(given)
    except FaultError as error:
        return list(error.faults)
    return []


def parse_rule(given: Mapping[str, Any]) -> FaultRule:
    """Read a rule from its JSON form.

    Raises:
        FaultError: it is none, with every fault of it.
    """
    if not isinstance(given, Mapping):
        raise FaultError([f"it is {shown(given)}; a fault rule is a table"])
    faults: list[str] = []
    table = _in_camel_case(given, "", faults)
    rule = _expanded(table, faults) if "preset" in table else table
    parts = {name: _part(rule, name, faults) for name in _TABLES}
    others = (*_TABLES, "preset")
    read = read_table(rule, RULE_FIELDS, prefix="", owner="a fault rule", faults=faults, others=others)
    operation = read.get("operation")
    if operation is not None and not _OPERATION.fullmatch(operation):
        faults.append(f"operation is {shown(operation)}; the name of an operation or * is expected")
    where = read_table(parts["where"], WHERE_FIELDS, prefix="where.", owner="where", faults=faults)
    after, amount = _read_after(parts["after"], faults)
    effect = _read_effect(parts["effect"], faults) if "effect" in rule else None
    if "effect" not in rule and "preset" not in table:
        faults.append(f"effect is missing; a table with a type, one of {', '.join(EFFECTS)}, is expected")
    place = None
    if effect is not None and operation is not None:
        place = _place(effect, operation, after, faults)
    if faults or effect is None or place is None:
        raise FaultError(faults)
    return FaultRule(
        operation=str(operation),
        log_group=where["logGroup"],
        after=after,
        amount=amount,
        times=read["times"],
        probability=float(read["probability"]),
        effect=effect,
        place=place,
        given=table,
    )


def _in_camel_case(given: Mapping[Any, Any], prefix: str, faults: list[str]) -> dict[str, Any]:
    """The table with the keys that JSON has: `log_group` is `logGroup`."""
    table: dict[str, Any] = {}
    for key, value in given.items():
        first, *others = str(key).split("_")
        name = first + "".join(part.capitalize() for part in others) if first else str(key)
        if name in table:
            faults.append(f"{prefix}{shown(name)} is given twice")
        is_table = not prefix and name in _TABLES and isinstance(value, Mapping)
        table[name] = _in_camel_case(value, f"{name}.", faults) if is_table else value
    return table


def _expanded(table: Mapping[str, Any], faults: list[str]) -> dict[str, Any]:
    """The rule that a preset stands for."""
    name = table["preset"]
    preset = PRESETS.get(name) if isinstance(name, str) else None
    rest = {key: value for key, value in table.items() if key != "preset"}
    if preset is None:
        faults.append(f"preset is {shown(name)}; one of {', '.join(PRESETS)}")
        # Its keys would all seem wrong.
        return {key: value for key, value in rest.items() if key in ("where", *(field.name for field in RULE_FIELDS))}
    faults += [f"{key} is given beside a preset, which has its own" for key in ("after", "effect") if key in rest]
    own = {field.name for field in RULE_FIELDS} | set(_TABLES)
    values = {key: rest.pop(key) for key in list(rest) if key not in own}
    count = len(faults)
    read = read_table(values, preset.fields, prefix="", owner=f"the preset {name}", faults=faults)
    # Where a value is wrong the defaults stand in for it, so that nothing more is said about what comes of it.
    complete = read if len(faults) == count else {field.name: field.default for field in preset.fields}
    return preset.expand(complete) | {key: value for key, value in rest.items() if key not in ("after", "effect")}


def _part(rule: Mapping[str, Any], name: str, faults: list[str]) -> Mapping[str, Any]:
    part = rule.get(name)
    if part is None or isinstance(part, Mapping):
        return part or {}
    faults.append(f"{name} is {shown(part)}; a table is expected")
    return {}


def _read_after(table: Mapping[str, Any], faults: list[str]) -> tuple[After, int]:
    read = read_table(table, AFTER_FIELDS, prefix="after.", owner="after", faults=faults)
    given = [name for name, value in read.items() if value is not None]
    if len(given) > 1:
        faults.append(f"after has {' and '.join(given)}; it takes one of them")
    if not given:
        return After.NOTHING, 0
    after = After(given[0])
    return after, round(read[given[0]] * SECOND) if after is After.SECONDS else read[given[0]]


def _read_effect(table: Mapping[str, Any], faults: list[str]) -> Effect | None:
    """The effect; None, with its faults noted, where it is not clear which one or which values are meant."""
    if "type" not in table:
        faults.append(f"effect.type is missing; one of {', '.join(EFFECTS)}")
        return None
    name = table["type"]
    if not isinstance(name, str) or name not in EFFECTS:
        faults.append(f"effect.type is {shown(name)}; one of {', '.join(EFFECTS)}")
        return None
    count = len(faults)
    values = {key: value for key, value in table.items() if key != "type"}
    read = read_table(values, EFFECTS[name].fields, prefix="effect.", owner=f"the effect {name}", faults=faults)
    if len(faults) > count:
        return None
    if name == "status" and read["status"] in _NO_BODY_STATUSES and read["body"]:
        faults.append(f"effect.body is given; an answer with the status {read['status']} has none")
    if name == "corrupt" and read["validChecksums"] and read["part"] not in ("headers", "payload"):
        faults.append(f"effect.validChecksums is true; the {read['part']} cannot be damaged under a valid checksum")
    return Effect(name, read)


def _place(effect: Effect, operation: str, after: After, faults: list[str]) -> Place | None:
    """Where an effect acts in this rule; None, with a fault noted, if it can act nowhere."""
    effect_type: EffectType = EFFECTS[effect.type]
    place = effect_type.place
    if effect_type.place_in_tail and operation == START_LIVE_TAIL and after in (After.UPDATES, After.SECONDS):
        place = effect_type.place_in_tail
    if place is not Place.REQUEST and operation != START_LIVE_TAIL:
        faults.append(
            f"operation is {shown(operation)}; the effect {effect.type} acts on a running tail, so on {START_LIVE_TAIL}"
        )
        return None
    possible = _WAITS_FOR[place]
    if after not in possible:
        names = " or ".join(kind.value for kind in possible if kind is not After.NOTHING)
        faults.append(f"after.{after.value} is given; the effect {effect.type} acts on {place.value} and takes {names}")
        return None
    return place
