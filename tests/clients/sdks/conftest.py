"""Prints the matrix at the end of a run: every step of the script, every SDK, over HTTP and over TLS."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.clients.sdks.programs import SDKS


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seen", type=Path, help="write what every SDK saw of every step to this file, as JSON")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """`ok`: as the other SDKs; `own way`: otherwise, and as expected of this one; `FAILED`: not as expected."""
    cells: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    seen: dict[str, dict[str, Any]] = defaultdict(dict)
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            found = dict(report.user_properties)
            if report.when == "call" and "step" in found:
                verdict = found["verdict"] if outcome == "passed" else "FAILED"
                cells[found["step"]][found["sdk"]].append(verdict)
                seen[f"{found['sdk']} {found['scheme']}"][found["step"]] = found.get("seen")
    if not cells:
        return
    names = [sdk.name for sdk in SDKS]
    width = max(map(len, cells))
    terminalreporter.section("SDKs, over HTTP and over TLS")
    terminalreporter.line(" " * width + "".join(f"{name:>13}" for name in names))
    for step, row in cells.items():
        texts = ["/".join(dict.fromkeys(row[name])) if row[name] else "not run" for name in names]
        terminalreporter.line(f"{step:<{width}}" + "".join(f"{text:>13}" for text in texts))
    for sdk in SDKS:
        if sdk.missing:
            terminalreporter.line(f"{sdk.name} was not run: this machine has no {', '.join(sdk.missing)}")
    if (path := config.getoption("--seen")) is not None:
        path.write_text(json.dumps(seen, indent=1, sort_keys=True) + "\n")
