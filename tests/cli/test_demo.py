"""`livetail demo`: it shows every bundled scenario and ends."""

import argparse
import functools
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

import livetail.testing.emulator
from livetail.cli import demo
from livetail.scenarios import fixtures
from tests.cli.running import call_livetail
from tests.processes import start_command

Show: TypeAlias = Callable[..., str]

COMMAND = [sys.executable, "-m", "livetail", "demo"]
SUMMARY = re.compile(r"^(\d+) updates with ([\d,]+) log events; (\d+) of the updates sampled\.$")


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Show]:
    """Runs the demo in this process, on a fast clock; returns what it printed."""

    def run(*arguments: str, clock: str) -> str:
        quick = functools.partial(livetail.testing.emulator.LiveTailEmulator, clock=clock)
        with monkeypatch.context() as patched:
            patched.setattr(livetail.testing.emulator, "LiveTailEmulator", quick)
            patched.setattr(demo, "PAUSE_S", 0.02)
            parser = argparse.ArgumentParser()
            demo.configure(parser)
            assert demo.run(parser.parse_args(arguments)) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out

    yield run


def summary(printed: str) -> tuple[int, int, int]:
    """Updates, log events, and updates that were sampled."""
    found = SUMMARY.match(printed.splitlines()[-1])
    assert found is not None, printed
    return int(found[1]), int(found[2].replace(",", "")), int(found[3])


@pytest.mark.parametrize("name", ["audit-trail", "demo", "nasty"])
def test_scenarios_are_shown_and_end(show: Show, name: str) -> None:
    """Twenty times as fast as the real time: a quarter of a minute of each."""
    printed = show("--scenario", name, "--seconds", "0.8", clock="20x")
    first, comment, *_ = printed.splitlines()
    assert re.fullmatch(rf"Livetail listens on http://127\.0\.0\.1:\d+ and plays {name}\.toml; boto3 tails it\.", first)
    assert fixtures.path(name).read_text().startswith(f"# {comment}\n")
    updates, events, sampled = summary(printed)
    assert updates >= 5
    assert events > 20
    assert sampled > 0 or name not in ("demo", "burst")
    assert len(printed.splitlines()) <= 20 + updates * (demo.SHOWN_OF_AN_UPDATE + 1)


def test_the_flaky_session_fails_and_is_started_again(show: Show) -> None:
    printed = show("--scenario", "flaky", "--seconds", "1", clock="20x")
    failures = re.findall(r"^(\w+Exception|\w+Error): .*; starting another one$", printed, re.MULTILINE)
    assert failures == ["ThrottlingException", "EventStreamError", "ProtocolError"]
    assert len(re.findall(r"^session [0-9a-f-]{36} over 1 log group$", printed, re.MULTILINE)) == 3


@pytest.mark.timeout(20)
def test_a_silent_session_is_explained_and_the_demo_ends(
    show: Show, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With a pause of an hour instead of half a minute, the reader waits for bytes until the demo ends."""
    file = tmp_path / "stalled.toml"
    text = fixtures.path("slow-consumer").read_text()
    assert text.count("seconds = 30 }") == 1
    file.write_text(text.replace("seconds = 30 }", "seconds = 3600 }"))
    monkeypatch.setattr(fixtures, "path", lambda _: file)
    monkeypatch.setattr(demo, "SILENCE_S", 0.3)
    printed = show("--scenario", "slow-consumer", "--seconds", "1.2", clock="30x")
    explained = re.findall(
        r"^nothing has come for \d+ s: (\d+) updates wait, (\d+) with ([\d,]+) log events have been dropped$",
        printed,
        re.MULTILINE,
    )
    waiting = [int(waits) for waits, _, _ in explained]
    assert waiting == sorted(waiting)
    assert waiting[-1] == 10
    assert int(explained[-1][1]) > 0


def test_a_filter_pattern(show: Show) -> None:
    printed = show("--scenario", "burst", "--filter-pattern", "ERROR", "--seconds", "1", clock="20x")
    shown = [line for line in printed.splitlines() if re.match(r"\d\d:", line)]
    assert shown
    assert all(" ERROR " in line for line in shown)
    assert summary(printed)[2] == 0


def test_a_pattern_that_is_not_valid_is_refused_once() -> None:
    run = call_livetail("demo", "--filter-pattern", "{ broken")
    assert run.returncode == 1
    assert run.stderr.startswith("livetail: An error occurred (InvalidParameterException)")
    assert run.stderr.count("\n") == 1


def test_stack_traces_take_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    event = {
        "logGroupIdentifier": "123456789012:/shop/payments",
        "timestamp": 1_767_225_600_000,
        "message": "java.io.IOException: no\n\tat a.B.c(B.java:1)\n\tat a.B.d(B.java:2)\n",
    }
    screen = demo.Screen()
    screen.name_groups(["/shop/payments"])
    screen.show({"sessionMetadata": {"sampled": False}, "sessionResults": [event]})
    assert capsys.readouterr().out == ("00:00:00  /shop/payments  java.io.IOException: no … and 2 more lines\n")


def test_the_command_as_it_is() -> None:
    run = call_livetail("demo", "--seconds", "1.4")
    assert (run.returncode, run.stderr) == (0, "")
    assert summary(run.stdout)[0] == 1


def test_ctrl_c_ends_it_quietly() -> None:
    with start_command(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        while "session" not in (line := process.stdout.readline()):
            assert line
        process.send_signal(signal.SIGINT)
        printed, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    summary(printed)


def test_a_reader_that_has_enough_is_no_fault() -> None:
    with start_command(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait(30) == 1


def test_on_a_terminal_lines_are_coloured_and_not_broken() -> None:
    terminal, theirs = pty.openpty()
    environment = os.environ | {"COLUMNS": "100"}
    command = [*COMMAND, "--scenario", "audit-trail", "--seconds", "1.4"]
    with start_command(command, stdout=theirs, env=environment) as process:
        os.close(theirs)
        printed = b""
        try:
            while some := os.read(terminal, 65_536):
                printed += some
        except OSError:  # as Linux reports that the other side of the terminal is closed
            pass
        assert process.wait(30) == 0
    os.close(terminal)
    lines = [line for line in printed.decode().splitlines() if re.match(r"\d\d:\d\d:\d\d", line)]
    assert lines
    assert all("\x1b[" in line for line in lines)
    assert max(len(re.sub(r"\x1b\[\d*m", "", line)) for line in lines) == 100


@pytest.mark.parametrize("arguments", [["--scenario", "nope"], ["--seconds", "0"], ["--seconds", "soon"]])
def test_wrong_usage_is_status_2(arguments: list[str]) -> None:
    run = call_livetail("demo", *arguments)
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1


def test_without_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    run = call_livetail("demo")
    assert (run.returncode, run.stderr) == (
        1,
        "livetail: demo needs boto3: pip install 'livetail[boto3]'\n",
    )
