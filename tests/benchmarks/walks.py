"""How many functions of the package one action runs through on the server's thread, and in how many files."""

import argparse
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from botocore.exceptions import ClientError

import livetail
from livetail import LiveTailEmulator

PACKAGE = str(Path(livetail.__file__).parent)

HTTP = ("connection.py", "http1.py", "http2.py", "http_request.py", "http_server.py")
"""The files of `server` that stand in the place of Hypercorn's own, which are not counted where they are used."""


class _Calls:
    """Counts the calls of the package's functions while it is on."""

    def __init__(self) -> None:
        self.is_on = False
        self.counted: Counter[CodeType] = Counter()

    def profile(self, frame: FrameType, event: str, _: Any) -> None:
        if self.is_on and event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            self.counted[frame.f_code] += 1

    def of(self, action: Callable[[], object]) -> Counter[CodeType]:
        self.counted = Counter()
        self.is_on = True
        action()
        self.is_on = False
        return self.counted


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--functions", action="store_true", help="walks: print the functions of each file")


def run(arguments: argparse.Namespace) -> None:
    calls = _Calls()
    threading.setprofile(calls.profile)
    try:
        with LiveTailEmulator(clock="manual", seed=7, log_level="error") as emulator:
            _measure(emulator, calls, arguments.functions)
    finally:
        threading.setprofile(None)


def _measure(emulator: LiveTailEmulator, calls: _Calls, verbose: bool) -> None:
    logs = emulator.client()
    emulator.put("/a", "s", ["before"])
    stream = logs.start_live_tail(logGroupIdentifiers=[emulator.log_group_arn("/a")])["responseStream"]
    events = [{"timestamp": emulator.now(), "message": "x"}]

    def put() -> None:
        logs.put_log_events(logGroupName="/a", logStreamName="s", logEvents=events)

    def refused() -> None:
        with suppress(ClientError):
            logs.put_log_events(logGroupName="/missing", logStreamName="s", logEvents=events)

    actions: dict[str, Callable[[], object]] = {
        "PutLogEvents to the window of a session": put,
        "advance(0), which is part of the next": lambda: emulator.advance(0),
        "one second to a frame": lambda: emulator.advance(1),
        "a refused request": refused,
    }
    for action in actions.values():
        action()  # what is done once is no part of the walk
    print("Walks")
    for name, action in actions.items():
        found = calls.of(action)
        inner = {code: count for code, count in found.items() if not code.co_filename.endswith(HTTP)}
        print(f"  {name:<42}{_sizes(found)}   without HTTP: {_sizes(inner)}")
        if verbose:
            _print_files(found)
    idle_calls = calls.of(lambda: emulator.advance(600))
    idle = idle_calls.total() / 600
    print(f"  {'ten idle minutes, for each second':<42}{idle:>5.0f} calls")
    if verbose:
        _print_files({code: count // 600 for code, count in idle_calls.items() if count >= 600})
    stream.close()


def _sizes(found: Mapping[CodeType, int]) -> str:
    files = {code.co_filename for code in found}
    return f"{len(found):>3} functions, {sum(found.values()):>4} calls, {len(files):>2} files"


def _print_files(found: Mapping[CodeType, int]) -> None:
    for file in sorted({code.co_filename for code in found}):
        functions = (
            f"{code.co_qualname}{f' x{count}' if count > 1 else ''}"
            for code, count in found.items()
            if code.co_filename == file
        )
        print(f"    {file.removeprefix(PACKAGE)[1:]}: {', '.join(functions)}")
