"""How many messages a second each kind of filter pattern looks at.

    python -m tests.benchmarks.patterns [--pattern-seconds 0.5]

Each pattern meets a message that it matches and one that it does not, in turn, and each time as a new subject, as it
does for an event that is ingested. Beside the figures stand two yardsticks on the same messages, `json.loads` and a
plain search with `re`, and moto's matcher if moto is installed and knows the pattern. Seconds are of CPU time.
"""

import argparse
import gc
import importlib
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from livetail.patterns import Subject, compile

Look = Callable[[str], object]


@dataclass(frozen=True)
class Case:
    """A pattern, and what makes a message match it."""

    name: str
    pattern: str
    build: Callable[[bool, str], str]


def _text(matching: bool, padding: str) -> str:
    level = "ERROR" if matching else "INFO"
    return f"2026-01-01T12:00:00Z {level} worker-7 {padding} request failed after 3 attempts, status 503"


def _json(matching: bool, padding: str) -> str:
    message = {
        "level": "ERROR" if matching else "INFO",
        "time": "2026-01-01T12:00:00Z",
        "status": 503 if matching else 200,
        "user": {"id": 7},
        "latency": 12.5,
        "message": padding,
    }
    return json.dumps(message)


def _json_alike(matching: bool, padding: str) -> str:
    """Messages that differ in a number only, so that each must be decoded."""
    return _json(True, padding).replace("503", "503" if matching else "200")


def _access(matching: bool, padding: str) -> str:
    status = 404 if matching else 200
    return f'127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /{padding} HTTP/1.0" {status} 1534'


CASES = [
    Case("term", "ERROR", _text),
    Case("phrase", '"ERROR worker-7"', _text),
    Case("two terms, one excluded", "ERROR failed -DEBUG", _text),
    Case("regular expression", r"%ERROR\s\w+-[0-9]%", _text),
    Case("JSON, one condition", '{ $.level = "ERROR" }', _json),
    Case("JSON, a number", "{ $.status >= 500 }", _json_alike),
    Case("JSON, three conditions", '{ $.level = "ERROR" && $.status >= 500 && $.user.id = 7 }', _json_alike),
    Case("space-delimited", "[ip, id, user, time, request, status = 4*, size]", _access),
]

SIZES = (150, 1_500)


def rate(look: Look, messages: list[str], seconds: float) -> float:
    """Messages per second, the best of three runs."""
    best = 0.0
    gc.disable()
    for _ in range(3):
        looked_at = 0
        begun = time.process_time()
        while (spent := time.process_time() - begun) < seconds / 3:
            for message in messages:
                look(message)
            looked_at += len(messages)
        best = max(best, looked_at / spent)
    gc.enable()
    return best


def of_size(case: Case, matching: bool, size: int) -> str:
    filler = "lorem-ipsum/dolor-sit/" * (size // 20 + 1)
    return case.build(matching, filler[: max(0, size - len(case.build(matching, "")))])


def moto_matcher(pattern: str) -> Look | str:
    """moto's matcher for the pattern, or why there is none."""
    try:
        module: Any = importlib.import_module("moto.logs.utils")
        matches: Look = module.EventMessageFilter(pattern).matches
    except ImportError:
        return "not installed"
    except Exception as error:
        return f"fails: {type(error).__name__}"
    return matches


def looking_for(pattern: str) -> Look:
    matches = compile(pattern).matches
    return lambda message: matches(Subject(message))


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pattern-seconds", type=float, default=0.5, metavar="S", help="patterns: seconds for each measurement [0.5]"
    )


def run(arguments: argparse.Namespace) -> None:
    seconds = arguments.pattern_seconds
    print("messages per second; `x loads` and `x re` are how many times as many as json.loads and a search with re")
    absent = moto_matcher("ERROR") == "not installed"
    if absent:
        print("moto is not installed, so its matcher is not among the figures")
    search = re.compile("ERROR").search
    for size in SIZES:
        print(f"\nmessages of {size:,} bytes")
        print(
            f"{'':26}{'matcher':>12}{'x loads':>9}{'x re':>7}{'loads':>11}{'re':>11}"
            + ("" if absent else f"{'moto':>15}")
        )
        for case in CASES:
            # Many different texts, so that nothing kept from one message helps with the next.
            messages = [of_size(case, number % 2 == 0, size) for number in range(64)]
            decoded = messages if messages[0].startswith("{") else [json.dumps({"message": text}) for text in messages]
            ours = rate(looking_for(case.pattern), messages, seconds)
            loads, plain = rate(json.loads, decoded, seconds), rate(search, messages, seconds)
            row = f"{case.name:26}{ours:12,.0f}{ours / loads:9.2f}{ours / plain:7.2f}{loads:11,.0f}{plain:11,.0f}"
            if not absent:
                theirs = moto_matcher(case.pattern)
                if not isinstance(theirs, str) and any(
                    theirs(text) != looking_for(case.pattern)(text) for text in messages
                ):
                    theirs = "other results"  # it does not know this kind of pattern; its speed says nothing
                row += f"{theirs:>15}" if isinstance(theirs, str) else f"{rate(theirs, messages, seconds):15,.0f}"
            print(row)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How many messages a second each kind of filter pattern looks at.")
    configure(parser)
    run(parser.parse_args())
