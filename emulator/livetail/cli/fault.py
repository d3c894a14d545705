"""`livetail fault add|list|rm|effects`: the fault rules of a running emulator."""

import argparse
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from livetail.cli.command_parser import CommandError
from livetail.cli.endpoint import add_endpoint_flag, add_json_flag
from livetail.cli.terminal import table


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser(
        "add",
        help="add a rule",
        description="Add a fault rule, as docs/faults.md has them.",
        epilog="Example: livetail fault add error code=ThrottlingException --times 3",
    )
    add.add_argument("name", metavar="EFFECT", help="type of the effect, such as cut, or a whole rule in JSON")
    add.add_argument("keys", nargs="*", metavar="KEY=VALUE", help="keys of the effect: seconds=2")
    add.add_argument("--preset", action="store_true", help="EFFECT is the name of a preset, and the keys are its own")
    add.add_argument("--operation", metavar="NAME", help="the operation, * for every one [that of the effect]")
    add.add_argument("--log-group", metavar="GLOB", help="only for log groups with such a name")
    after = add.add_mutually_exclusive_group()
    after.add_argument("--after-updates", type=int, metavar="N", help="the number of session updates that pass first")
    after.add_argument("--after-requests", type=int, metavar="N", help="the number of requests that pass first")
    after.add_argument("--after-seconds", type=float, metavar="S", help="the seconds that pass first")
    add.add_argument("--times", type=int, metavar="N", help="how often it fires [1]; 0 is always")
    add.add_argument("--probability", type=float, metavar="P", help="chance that it fires when it could [1]")
    add.add_argument(
        "--sequence", type=_sequence, metavar="FAIL,PASS", help="fail FAIL requests, then let PASS requests pass"
    )
    add.add_argument("--sessions", choices=("all", "new"), help="new: not on sessions that are open now [all]")
    shown = actions.add_parser("list", help="list the rules", description="List the fault rules in force.")
    effects = actions.add_parser(
        "effects", help="list what a rule can do", description="List the effects and presets, with their keys."
    )
    add_json_flag(effects)
    remove = actions.add_parser("rm", help="remove rules", description="Remove fault rules.")
    remove.add_argument("ids", nargs="*", metavar="ID", help="a rule, by its id")
    remove.add_argument("--all", action="store_true", help="remove all rules")
    for action in (add, shown, remove):
        add_json_flag(action)
        add_endpoint_flag(action)


def run(arguments: argparse.Namespace) -> int:
    if arguments.action == "effects":
        from livetail.faults.reading import catalogue

        listed = catalogue()
        print(json.dumps(listed) if arguments.json else _effects_table(listed))
        return 0
    emulator = arguments.emulator
    if arguments.action == "add":
        response = emulator.request("POST", "/faults", _rule(arguments))
        print(json.dumps(response) if arguments.json else response["id"])
    elif arguments.action == "list":
        response = emulator.request("GET", "/faults")
        print(json.dumps(response) if arguments.json else _table(response["faults"]))
    else:
        if bool(arguments.ids) == arguments.all:
            raise CommandError("give the ids of rules, or --all", status=2)
        paths = ["/faults"] if arguments.all else [f"/faults/{quote(one, safe='')}" for one in arguments.ids]
        for path in paths:
            emulator.request("DELETE", path)
        print("{}" if arguments.json else "removed")
    return 0


def _rule(arguments: argparse.Namespace) -> dict[str, Any]:
    """The rule in the JSON form of the control plane, which checks it."""
    if arguments.name.startswith("{"):
        try:
            return dict(json.loads(arguments.name))
        except (ValueError, RecursionError) as error:
            raise CommandError(f"the rule is not JSON: {error}", status=2) from None
    keys = dict(map(_key_and_value, arguments.keys))
    rule: dict[str, Any] = {"effect": {"type": arguments.name, **keys}}
    if arguments.preset:
        rule = {"preset": arguments.name, **keys}
    if arguments.log_group is not None:
        rule["where"] = {"logGroup": arguments.log_group}
    for name in ("updates", "requests", "seconds"):
        if (amount := getattr(arguments, f"after_{name}")) is not None:
            rule["after"] = {name: amount}
    for name in ("operation", "times", "probability", "sequence", "sessions"):
        if (value := getattr(arguments, name)) is not None:
            rule[name] = value
    return rule


def _sequence(text: str) -> dict[str, int]:
    found = re.fullmatch(r"(\d{1,9}),(\d{1,9})", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form FAIL,PASS, such as 3,2")
    return {"fail": int(found[1]), "pass": int(found[2])}


def _key_and_value(text: str) -> tuple[str, Any]:
    """`seconds=2` as a key and a JSON value; a value that is not JSON is a string."""
    key, equals, value = text.partition("=")
    if not equals:
        raise CommandError(f"{text!r} is not of the form KEY=VALUE", status=2)
    try:
        return key, json.loads(value)
    except (ValueError, RecursionError):
        return key, value


def _effects_table(listed: Mapping[str, Any]) -> str:
    rows = [
        (one["name"], kind, " ".join(key["name"] for key in one["keys"]), one["description"])
        for kind, ones in (("effect", listed["effects"]), ("preset", listed["presets"]))
        for one in ones
    ]
    return table(("NAME", "KIND", "KEYS", "DOES"), rows)


def _table(faults: list[dict[str, Any]]) -> str:
    if not faults:
        return "no fault rule is in force"
    head = ("ID", "EFFECT", "OPERATION", "WHERE", "AFTER", "FIRED", "REMAINING")
    return table(head, map(_row, faults))


def _row(fault: dict[str, Any]) -> tuple[object, ...]:
    remaining, sequence = fault.get("remaining"), fault.get("sequence")
    if sequence:
        remaining = f"fail {sequence['fail']}, pass {sequence['pass']}"
    return (
        fault["id"],
        fault.get("preset") or fault["effect"]["type"],
        fault["operation"],
        fault.get("where", {}).get("logGroup", ""),
        " ".join(f"{amount} {name}" for name, amount in fault.get("after", {}).items()),
        fault["fired"],
        "always" if remaining is None else remaining,
    )
