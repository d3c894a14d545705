"""The program as people start it: an SDK of its own in a process of its own, which finds the emulator by its
environment."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from livetail import LiveTail

LOGTAIL = Path(__file__).with_name("logtail.py")

pytestmark = pytest.mark.livetail(clock="manual", region="eu-west-1")


def test_it_prints_until_ctrl_c(livetail: LiveTail) -> None:
    livetail.put("/app/api", "web-1", ["before"])
    command = [sys.executable, str(LOGTAIL), livetail.log_group_arn("/app/api"), "--filter", "ERROR"]
    environ = {**os.environ, **livetail.environment()}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ) as logtail:
        assert logtail.stdout is not None and logtail.stderr is not None
        assert logtail.stdout.readline() == "-- following\n"
        livetail.put("/app/api", "web-1", ["ERROR boom", "all is well"])
        livetail.advance(2)
        assert logtail.stdout.readline() == "ERROR boom\n"
        logtail.send_signal(signal.SIGINT)
        assert logtail.stdout.read() == logtail.stderr.read() == ""
    assert logtail.returncode == 0
    livetail.assert_no_sessions()


def test_a_refusal_is_one_line(livetail: LiveTail) -> None:
    command = [sys.executable, str(LOGTAIL), livetail.log_group_arn("/no/such/group")]
    environ = {**os.environ, **livetail.environment()}
    logtail = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=20, check=False)
    assert (logtail.returncode, logtail.stdout) == (1, "")
    (line,) = logtail.stderr.splitlines()
    assert "ResourceNotFoundException" in line
