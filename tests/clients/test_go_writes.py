"""Go's SDK, which closes connections under responses that come in two pieces, or before it is done with its request:
nothing fails or is put twice, and no session ends early.

`LIVETAIL_GO_RUNS` is how often each program is run, once by default.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from livetail import LiveTailEmulator

pytestmark = pytest.mark.clients

SOURCE = Path(__file__).with_name("go_writes")
RUNS = int(os.environ.get("LIVETAIL_GO_RUNS", "1"))
PUTS = 5_000
REFUSED = 6_000
TAILS = 3_000


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("go") is None:
        pytest.skip("this machine has no go")
    path = tmp_path_factory.mktemp("go") / "writes"
    subprocess.run(["go", "build", "-o", str(path), "."], cwd=SOURCE, check=True, timeout=300)
    return path


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def emulator(request: pytest.FixtureRequest) -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator(seed=7, max_sessions=0, tls=request.param) as running:
        yield running


def _run(program: Path, mode: str, emulator: LiveTailEmulator, calls: int) -> int:
    """Run the program; returns how many calls failed."""
    environ = {**os.environ, **emulator.environment()}
    command = [str(program), mode, emulator.endpoint_url, str(calls)]
    run = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, timeout=120, check=True)
    return int(run.stdout)


@pytest.mark.parametrize("run", range(RUNS))
def test_each_event_is_put_once(program: Path, emulator: LiveTailEmulator, run: int) -> None:
    emulator.put("/app/api", "web-1", ["before"])
    emulator.client().delete_log_stream(logGroupName="/app/api", logStreamName="web-1")
    emulator.client().create_log_stream(logGroupName="/app/api", logStreamName="web-1")
    assert _run(program, "put", emulator, PUTS) == 0
    pages = emulator.client().get_paginator("filter_log_events").paginate(logGroupName="/app/api")
    messages = [event["message"] for page in pages for event in page["events"]]
    assert len(messages) == PUTS
    assert sorted(map(int, messages)) == list(range(PUTS))


@pytest.mark.parametrize("run", range(RUNS))
def test_no_refusal_is_lost(program: Path, emulator: LiveTailEmulator, run: int) -> None:
    assert _run(program, "refused", emulator, REFUSED) == 0


@pytest.mark.parametrize("run", range(RUNS))
def test_no_session_ends_early(program: Path, emulator: LiveTailEmulator, run: int) -> None:
    emulator.put("/app/api", "web-1", ["before"])
    assert _run(program, "tail", emulator, TAILS) == 0
