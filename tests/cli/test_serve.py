"""`livetail serve`: what it prints, that it can be configured, and that it ends."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from livetail.testing.handle import LiveTail
from tests.cli.running import call_livetail, run_livetail, serving


def get(url: str) -> object:
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.load(response)


def endpoint(lines: list[str]) -> str:
    return lines[0].removeprefix("Ready. ")


@pytest.fixture(scope="module")
def port_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A link to a file."""
    folder = tmp_path_factory.mktemp("port")
    folder.joinpath("port").write_text("old")
    folder.joinpath("link").symlink_to(folder / "port")
    return folder / "link"


@pytest.fixture(scope="module")
def greeting(port_file: Path) -> Iterator[list[str]]:
    """What a server prints that runs until the tests of this file are done."""
    flags = ("--seed", "7", "--clock", "manual@2026-01-01T00:00:00Z", "--port-file", str(port_file))
    with serving(*flags, variables={"LIVETAIL_RETAIN_EVENTS": "3"}) as (_, lines):
        yield lines


def test_it_says_where_it_is_and_how_to_point_an_sdk_at_it(greeting: list[str]) -> None:
    assert greeting[0].startswith("Ready. http://127.0.0.1:")
    assert f"export AWS_ENDPOINT_URL_CLOUDWATCH_LOGS={endpoint(greeting)}" in greeting
    assert "export AWS_DISABLE_HOST_PREFIX_INJECTION=true" in greeting
    assert greeting[-2] == f"# dashboard: {endpoint(greeting)}/_livetail/"
    assert greeting[-1].startswith("# seed 7:")


def test_what_it_prints_is_a_script_that_keeps_credentials_that_are_set(greeting: list[str]) -> None:
    script = "\n".join(greeting[1:]) + "\nenv | grep ^AWS_ | sort"
    environ = {"PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": "mine"}
    run = subprocess.run(["sh", "-c", script], capture_output=True, text=True, env=environ, check=True)
    variables = dict(line.split("=", 1) for line in run.stdout.splitlines())
    assert variables["AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"] == endpoint(greeting)
    assert (variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]) == ("mine", "test")
    assert variables["AWS_REGION"] == "us-east-1"


def test_livetail_env_prints_the_same(greeting: list[str]) -> None:
    run = call_livetail("env", "--endpoint", endpoint(greeting))
    assert (run.returncode, run.stdout.splitlines()) == (0, greeting[2:-2])


def test_flags_and_variables_reach_the_server(greeting: list[str]) -> None:
    assert get(f"{endpoint(greeting)}/_livetail/clock") == {"mode": "manual", "now": 1_767_225_600_000}
    health = get(f"{endpoint(greeting)}/_livetail/health")
    assert isinstance(health, dict)
    assert (health["status"], health["clock"], health["sessions"]) == ("ok", "manual", 0)
    emulator = LiveTail(endpoint(greeting))
    emulator.put("/app", "s", ["1", "2", "3", "4"])
    logs = emulator.client()
    assert [event["message"] for event in logs.filter_log_events(logGroupName="/app")["events"]] == ["2", "3", "4"]
    logs.close()


def test_a_port_that_is_taken_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = call_livetail("serve", "--port", str(port))
        assert run.returncode == 1
        assert run.stderr == f"livetail: cannot listen on 127.0.0.1:{port}: Address already in use\n"


def test_a_host_that_is_none_is_one_sentence() -> None:
    """Here in a process of its own; the other starts that fail do so in this one."""
    run = run_livetail("serve", "--host", "no.such.host.invalid", "--port", "0")
    assert run.returncode == 1
    assert run.stderr.startswith("livetail: cannot listen on no.such.host.invalid:0: ")
    assert len(run.stderr.splitlines()) == 1


def test_certificates_that_are_not_there_are_one_sentence() -> None:
    run = call_livetail("serve", "--certfile", "/nowhere/a.pem", "--keyfile", "/nowhere/a.key")
    assert (run.returncode, run.stderr) == (1, "livetail: there is no file /nowhere/a.pem\n")


@pytest.mark.parametrize(
    "flags",
    [
        ["--certfile", "{folder}/garbage", "--keyfile", "{folder}/garbage"],
        ["--host", "192.0.2.1"],
        ["--scenario", "{folder}/garbage"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_used_is_one_sentence(tmp_path: Path, flags: list[str]) -> None:
    (tmp_path / "garbage").write_text("neither a certificate nor a scenario")
    run = call_livetail("serve", "--port", "0", *(flag.format(folder=tmp_path) for flag in flags))
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (1, "", 1)
    assert run.stderr.startswith("livetail: ")


def test_each_problem_of_a_scenario_is_a_line(tmp_path: Path) -> None:
    run = call_livetail("serve", "--scenario", "/nowhere/x.toml")
    assert (run.returncode, run.stderr) == (1, "livetail: /nowhere/x.toml: there is no such file\n")
    file = tmp_path / "bad.toml"
    file.write_text('[[source]]\nlog_group = "/a"\nrate = "fast"\n[[source]]\nrate = 1\n')
    run = call_livetail("serve", "--scenario", file)
    assert run.returncode == 1
    lines = run.stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"livetail: {file}:") for line in lines)


def serve_in_bash(redirection: str) -> subprocess.CompletedProcess[str]:
    command = f"set -o pipefail; {sys.executable} -m livetail serve --port 0 {redirection}"
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30, check=False)


def test_output_that_cannot_be_written_ends_it() -> None:
    run = serve_in_bash("> /dev/full")
    assert (run.returncode, run.stderr) == (1, "livetail: cannot write the output: No space left on device\n")
    run = serve_in_bash("--port-file /dev/full")
    assert (run.returncode, run.stderr) == (
        1,
        "livetail: cannot write the port to /dev/full: No space left on device\n",
    )


def test_an_output_without_a_reader_ends_it() -> None:
    run = serve_in_bash("| true")
    assert run.returncode != 0
    assert run.stderr == ""


def test_a_port_file_that_is_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    link = tmp_path / "link"
    link.symlink_to(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with serving("--port-file", str(link)) as (_, lines):
            assert endpoint(lines).endswith(f":{os.read(reading, 100).decode().strip()}")
    finally:
        os.close(reading)
    assert pipe.is_fifo() and link.is_symlink()
    run = run_livetail("serve", "--port", "0", "--port-file", pipe)
    assert run.returncode == 1
    assert run.stderr == f"livetail: cannot write the port to {pipe}: No such device or address\n"


def test_a_port_file_that_is_a_link_stays_one(greeting: list[str], port_file: Path) -> None:
    assert endpoint(greeting).endswith(f":{port_file.read_text().strip()}")
    assert port_file.is_symlink()


def test_all_addresses_of_ipv6_are_those_of_ipv4_too() -> None:
    with serving("--host", "::") as (_, lines):
        assert endpoint(lines).startswith("http://[::1]:")
        port = endpoint(lines).rpartition(":")[2]
        for host in ("[::1]", "127.0.0.1"):
            health = get(f"http://{host}:{port}/_livetail/health")
            assert isinstance(health, dict) and health["status"] == "ok"


def test_a_tls_start_that_fails_leaves_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        runs = [call_livetail("serve", "--tls", "--port", str(taken.getsockname()[1]))]
    flags = ("--port", "0", "--port-file", tmp_path / "none" / "port")
    runs.append(run_livetail("serve", "--tls", *flags, variables={"TMPDIR": str(tmp_path)}))
    assert [(run.returncode, len(run.stderr.splitlines())) for run in runs] == [(1, 1), (1, 1)]
    assert list(tmp_path.iterdir()) == []
