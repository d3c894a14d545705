"""How `livetail record` is stopped, and where its output goes."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

from livetail import LiveTailEmulator
from tests.cli.record.recorder import (
    CLOCK,
    COMMAND,
    GROUP,
    end_session,
    environment,
    finish,
    messages,
    read,
    record_while,
    recording,
    tailed,
)
from tests.cli.running import call_livetail
from tests.clients.tailing import until
from tests.processes import start_command

MASKED = """
import signal, sys, threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
from livetail.cli import main
sys.exit(main())
"""
"""The command, with SIGINT for another thread: it does not end a wait, like one that comes just before the wait."""


def test_a_signal_ends_it_with_all_that_had_been_sent(emulator: LiveTailEmulator, output: Path) -> None:
    """`advance` returns when the server has handed over its updates, so all of them are to be in the file."""
    command = [sys.executable, "-c", MASKED, "record"]
    with recording(emulator, emulator.log_group_arn(GROUP), "-o", output, command=command) as process:
        until(output.exists)  # the command has heard of its session, too
        for step in range(3):
            emulator.put(GROUP, "web-1", [f"{step}-{each}" for each in range(500)])
            emulator.advance(1)
        process.send_signal(signal.SIGINT)
        status, told = finish(process)
    assert (status, told.splitlines()[-1]) == (
        0,
        f"3 updates (0 sampled) with 1,500 log events in {output}; the session was stopped",
    )
    assert messages(output) == [[f"{step}-{each}" for each in range(500)] for step in range(3)]
    assert read(output)[-1].reason == "stopped"
    emulator.assert_no_sessions()


def test_signals_while_messages_arrive_lose_none(emulator: LiveTailEmulator, output: Path) -> None:
    """The second one does not wait."""
    with recording(emulator, emulator.log_group_arn(GROUP), "-o", output) as process:
        emulator.put(GROUP, "web-1", ["first"])
        emulator.advance(1)
        until(lambda: output.exists() and b"first" in output.read_bytes())
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        assert finish(process)[0] == 0
    assert messages(output) == [["first"]]


def test_a_recorder_that_is_killed_leaves_what_it_had(emulator: LiveTailEmulator, tmp_path: Path, output: Path) -> None:
    with recording(emulator, emulator.log_group_arn(GROUP), "-o", output) as process:
        for step in range(3):
            emulator.put(GROUP, "web-1", [f"message {step}"])
            emulator.advance(1)
        until(lambda: output.exists() and b"message 2" in output.read_bytes())
        process.kill()
        process.wait(10)
    assert messages(output) == [["message 0"], ["message 1"], ["message 2"]]
    output.write_bytes(output.read_bytes()[:-30])  # as a full disk may leave it
    replay = tmp_path / "replay.toml"
    replay.write_text(f'[[replay]]\nfile = "{output.name}"\n')
    with LiveTailEmulator(clock=CLOCK, scenario=replay) as again:
        replayed = tailed(again, [GROUP], 3)
    assert [[message for _, _, message in update] for update in replayed] == [["message 0"], ["message 1"], []]


def test_a_signal_before_there_is_a_session(emulator: LiveTailEmulator, output: Path) -> None:
    emulator.add_fault({"effect": {"type": "delay", "seconds": 60}})
    command = [*COMMAND, "--endpoint", emulator.endpoint_url, "-o", str(output), emulator.log_group_arn(GROUP)]
    with start_command(command, stderr=subprocess.PIPE, env=environment()) as process:
        until(lambda: emulator.faults()[0]["fired"] == 1)
        process.send_signal(signal.SIGINT)
        assert finish(process) == (130, "livetail: stopped before the session began\n")
    assert not output.exists()


def test_stdout_has_each_line_at_once(emulator: LiveTailEmulator) -> None:
    with recording(emulator, emulator.log_group_arn(GROUP), "-o", "-") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith('{"livetail":1,')
        assert '"kind":"start"' in process.stdout.readline()
        emulator.put(GROUP, "web-1", ["here"])
        emulator.advance(1)
        assert '"message":"here"' in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert finish(process) == (0, "1 update (0 sampled) with 1 log event; the session was stopped\n")


def test_a_reader_that_has_enough_is_no_fault(emulator: LiveTailEmulator) -> None:
    with recording(emulator, emulator.log_group_arn(GROUP), "-o", "-") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.readline()
        process.stdout.close()
        emulator.advance(1)
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait(30) == 1


def test_a_file_that_exists_is_kept(emulator: LiveTailEmulator, output: Path) -> None:
    output.write_text("precious")
    run = call_livetail("record", emulator.log_group_arn(GROUP), "-o", output, "--endpoint", emulator.endpoint_url)
    assert (run.returncode, run.stderr) == (1, f"livetail: {output} exists already; --force overwrites it\n")
    assert output.read_text() == "precious"
    assert emulator.requests() == []
    arguments: list[str | Path] = [emulator.log_group_arn(GROUP), "-o", output, "--force"]
    assert record_while(emulator, lambda: end_session(emulator), *arguments).returncode == 0
    assert read(output)[-1].reason == "closed"


def test_a_refused_session_leaves_a_file_as_it_was(emulator: LiveTailEmulator, output: Path) -> None:
    output.write_text("precious")
    arn = emulator.log_group_arn("/nowhere")
    run = call_livetail("record", arn, "-o", output, "--force", "--endpoint", emulator.endpoint_url)
    assert run.returncode == 1
    assert output.read_text() == "precious"


def test_a_full_disk_is_told(emulator: LiveTailEmulator) -> None:
    arn = emulator.log_group_arn(GROUP)
    run = call_livetail("record", arn, "-o", "/dev/full", "--force", "--endpoint", emulator.endpoint_url)
    assert (run.returncode, run.stderr) == (1, "livetail: cannot write /dev/full: No space left on device\n")


def test_progress_on_a_terminal(emulator: LiveTailEmulator, output: Path) -> None:
    terminal, theirs = pty.openpty()
    with recording(emulator, emulator.log_group_arn(GROUP), "-o", output, stderr=theirs) as process:
        os.close(theirs)
        emulator.put(GROUP, "web-1", [str(number) for number in range(600)])
        emulator.advance(1)
        shown = b""
        while b"1 update (1 sampled) with 500 log events" not in shown:
            shown += os.read(terminal, 1000)
        assert shown.count(b"\n") == 0
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    os.close(terminal)
