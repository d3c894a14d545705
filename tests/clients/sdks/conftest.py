"""Prints the matrix at the end of a run: every step of the script, every SDK, over HTTP and over TLS."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.clients.sdks import matrix
from tests.clients.sdks.programs import SDKS
from tests.clients.sdks.script import STEPS


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seen", type=Path, help="write what every SDK saw of every step to this file, as JSON")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """`ok`: as most SDKs; `FAILED`: not as expected; anything else is an SDK's own way, and as expected of it."""
    cells: dict[tuple[str, str], list[str]] = defaultdict(list)
    seen: dict[str, dict[str, Any]] = defaultdict(dict)
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.getreports(outcome):
            found = dict(report.user_properties)
            if "step" in found:
                cells[found["step"], found["sdk"]].append(found["words"] if outcome == "passed" else "FAILED")
                seen[f"{found['sdk']} {found['scheme']}"][found["step"]] = found.get("seen")
    if not cells:
        return
    steps = [step.name for step in STEPS]
    names = [sdk.name for sdk in SDKS]
    terminalreporter.section("SDKs, over HTTP and over TLS")
    for line in matrix.lines(steps, names, lambda step, sdk: "/".join(dict.fromkeys(cells[step, sdk])) or "not run"):
        terminalreporter.line(line)
    for sdk in SDKS:
        if sdk.missing:
            terminalreporter.line(f"{sdk.name} was not run: this machine has no {', '.join(sdk.missing)}")
        elif sdk.why_not_tls:
            terminalreporter.line(f"{sdk.name} was not run over TLS: {sdk.why_not_tls}")
    if (path := config.getoption("--seen")) is not None:
        path.write_text(json.dumps(seen, indent=1, sort_keys=True) + "\n")
