"""The plugin in a run of pytest: what it costs, what it shows, workers, and servers that run already."""

import json
from pathlib import Path

import pytest

from livetail import LiveTailEmulator
from tests.testing.projects import LIKE_A_USER, WITHOUT_WORKERS, sentences, suite

pytest_plugins = ["pytester"]


# ---- a run without it ----------------------------------------------------------------------------------------------


def test_run_that_does_not_use_it_imports_nothing_more(pytester: pytest.Pytester) -> None:
    """This is what keeps its cost at a millisecond or two, whatever the machine."""

    def imported(*arguments: str) -> set[str]:
        tests = """
        def test_it():
            import json, pathlib, sys
            pathlib.Path("imported.json").write_text(json.dumps(sorted(sys.modules)))
        """
        pytester.makepyfile(tests)
        pytester.runpytest_subprocess(*LIKE_A_USER, *WITHOUT_WORKERS, *arguments).assert_outcomes(passed=1)
        return set(json.loads(Path(pytester.path, "imported.json").read_text()))

    with_it, without = imported(), imported("-p", "no:livetail")
    assert with_it - without == {"livetail", "livetail.version", "livetail.testing", "livetail.testing.plugin"}


def test_handle_needs_no_boto3(pytester: pytest.Pytester) -> None:
    """Only the fixture that needs boto3 fails without it; a program in another language can be tested."""
    result = suite(
        pytester,
        """
def test_handle(livetail):
    livetail.put("/app/api", "web-1", ["hello"])

def test_client(livetail_client): ...
""",
        conftest="import sys\nsys.modules['boto3'] = None\n",
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["livetail: client() needs boto3: pip install 'livetail*"])
    assert len(sentences(result)) == 1


# ---- what it shows -------------------------------------------------------------------------------------------------


def test_what_pytest_shows_of_it(pytester: pytest.Pytester) -> None:
    options = (*LIKE_A_USER, *WITHOUT_WORKERS)
    shown = pytester.runpytest_inprocess(*options, "--fixtures").stdout
    shown.fnmatch_lines_random(
        [
            "livetail -- *",
            "    An emulator that is reset before each test; `@pytest.mark.livetail(*",
            "livetail_client -- *",
            "    A boto3 client for CloudWatch Logs at the emulator of this test.",
            "livetail_server [[]session scope] -- *",
            "    An emulator for the whole run, which is not reset between tests.",
            "livetail_settings [[]session scope] -- *",
        ]
    )
    shown.no_fnmatch_line("_livetail*")
    pytester.runpytest_inprocess(*options, "--markers").stdout.fnmatch_lines(
        ["@pytest.mark.livetail(**settings): settings of*"]
    )
    pytester.runpytest_inprocess(*options, "--help").stdout.fnmatch_lines_random(
        ["*--livetail-url=URL*", "*livetail_fail_on_open_sessions (bool):*"]
    )


# ---- workers -------------------------------------------------------------------------------------------------------


def test_workers_have_servers_of_their_own(pytester: pytest.Pytester) -> None:
    """Each of the two runs the test."""
    result = suite(
        pytester,
        """
import os, pathlib

def test_it(livetail):
    livetail.put("/app/api", "web-1", ["hello"])
    pathlib.Path(os.environ["PYTEST_XDIST_WORKER"]).write_text(livetail.endpoint_url)
""",
        *("-n", "2", "--dist", "each"),
    )
    result.assert_outcomes(passed=2)
    assert len({pytester.path.joinpath(worker).read_text() for worker in ("gw0", "gw1")}) == 2


def test_workers_cannot_share_a_running_server(pytester: pytest.Pytester, real: LiveTailEmulator) -> None:
    tests = "def test_it(livetail): ...\n\ndef test_other(livetail_server): ...\n"
    result = suite(pytester, tests, "-n", "2", "--livetail-url", real.endpoint_url)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [f"livetail: 2 workers cannot share the emulator at {real.endpoint_url}, since each test resets it"]
    )
    suite(pytester, tests, "-n", "1", "--livetail-url", real.endpoint_url).assert_outcomes(passed=2)


# ---- a server that runs already ------------------------------------------------------------------------------------

RUNNING = """
import os

def test_it(livetail, livetail_client, livetail_server):
    assert livetail.endpoint_url == livetail_server.endpoint_url == os.environ["EXPECTED"]
    assert livetail_client.describe_log_groups()["logGroups"] == [], "it has been reset"
    livetail.put("/left/behind", "web-1", ["hello"])
"""


@pytest.mark.parametrize("by", ["option", "environment"])
def test_emulator_that_runs_already(
    pytester: pytest.Pytester, real: LiveTailEmulator, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    real.put("/app/api", "web-1", ["hello"])
    monkeypatch.setenv("EXPECTED", real.endpoint_url)
    monkeypatch.setenv("LIVETAIL_URL", real.endpoint_url if by == "environment" else "http://not.this.one:1")
    options = ("--livetail-url", real.endpoint_url) if by == "option" else ()
    suite(pytester, RUNNING, *options).assert_outcomes(passed=1)
    logs = real.client()
    assert [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]] == ["/left/behind"]
    logs.close()


def test_empty_address_is_none(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVETAIL_URL", "")
    result = suite(pytester, "def test_it(livetail):\n    assert livetail.sessions() == []\n")
    result.assert_outcomes(passed=1)


def test_clock_of_a_running_server_must_fit(pytester: pytest.Pytester, manual: LiveTailEmulator) -> None:
    result = suite(
        pytester,
        """
@pytest.mark.livetail(clock="60x")
def test_fast(livetail): ...

@pytest.mark.livetail(clock="real")
def test_real(livetail): ...

@pytest.mark.livetail(clock="manual@1999-12-31T23:59:59Z")
def test_other_start(livetail): ...

@pytest.mark.livetail(clock="manual@2026-01-01T00:00:00Z")
def test_same_start(livetail): ...

@pytest.mark.livetail(clock="manual")
def test_any_start(livetail):
    assert livetail.advance(1) == 0

def test_any_clock(livetail): ...
""",
        "--livetail-url",
        manual.endpoint_url,
    )
    result.assert_outcomes(passed=3, errors=3)
    url = manual.endpoint_url
    assert [line for line in result.outlines if line.startswith("livetail: ")] == [
        f"livetail: the emulator at {url} runs with --clock manual, and this test needs 60x",
        f"livetail: the emulator at {url} runs with --clock manual, and this test needs real",
        f"livetail: the clock of the emulator at {url} starts at 1767225600000, and this test needs 946684799000"
        " (epoch ms)",
    ]


def test_settings_of_a_running_server_must_fit(pytester: pytest.Pytester, manual: LiveTailEmulator) -> None:
    result = suite(
        pytester,
        """
@pytest.mark.livetail(max_sessions=1)
def test_sessions(livetail): ...

@pytest.mark.livetail(session_timeout="30m", seed=7)
def test_timeout(livetail): ...

@pytest.mark.livetail(scenario="shop.toml")
def test_scenario(livetail): ...

@pytest.mark.livetail(verify_signatures=True, credentials="AKID:secret")
def test_signatures(livetail): ...

@pytest.mark.livetail(seed=7, session_timeout="180m", max_sessions=15, retain_bytes="256MiB", tls=False, scenario=[])
def test_same(livetail): ...
""",
        "--livetail-url",
        manual.endpoint_url,
    )
    result.assert_outcomes(passed=1, errors=4)
    begin = f"livetail: the emulator at {manual.endpoint_url} runs with "
    assert [line.removeprefix(begin) for line in result.outlines if line.startswith("livetail: ")] == [
        "--max-sessions 15, and this test needs 1",
        "--session-timeout 10800000, and this test needs 1800000",
        "--scenario [], and this test needs ['shop.toml']",
        "--verify-signatures False, and this test needs True",
    ]


def test_only_a_few_servers_are_kept(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
import threading

@pytest.mark.parametrize("seed", [pytest.param(n, marks=pytest.mark.livetail(seed=n)) for n in range(12)])
def test_it(livetail, seed):
    assert livetail.seed == seed
    assert sum("livetail" in thread.name for thread in threading.enumerate()) <= 5
    assert threading.active_count() <= 8
""",
    ).assert_outcomes(passed=12)


def test_code_in_this_process_finds_it(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
import os

import boto3

BEFORE = dict(os.environ)
SESSION_BEFORE = boto3.DEFAULT_SESSION

@pytest.mark.livetail(region="eu-west-1")
def test_it(livetail_env):
    livetail_env.put("/app/api", "web-1", ["hello"])
    logs = boto3.client("logs")
    assert logs.describe_log_groups()["logGroups"][0]["logGroupArn"] == livetail_env.log_group_arn("/app/api")
    logs.close()

def test_it_is_undone():
    assert {**os.environ, "PYTEST_CURRENT_TEST": ""} == {**BEFORE, "PYTEST_CURRENT_TEST": ""}
    assert boto3.DEFAULT_SESSION is SESSION_BEFORE
""",
    ).assert_outcomes(passed=2)


def test_clients_of_a_running_server_get_region_account_and_keys(pytester: pytest.Pytester) -> None:
    with LiveTailEmulator(
        region="eu-west-1", account_id="210987654321", verify_signatures=True, credentials="AKID:secret"
    ) as emulator:
        suite(
            pytester,
            """
@pytest.mark.livetail(
    region="eu-west-1", account_id="210987654321", verify_signatures=True, credentials="AKID:secret"
)
def test_it(livetail, livetail_client):
    livetail.put("/app/api", "web-1", ["hello"])
    (group,) = livetail_client.describe_log_groups()["logGroups"]
    assert group["logGroupArn"] == livetail.log_group_arn("/app/api")
""",
            "--livetail-url",
            emulator.endpoint_url,
        ).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://127.0.0.1:1", "no response from http://127.0.0.1:1: Connection refused"),
        ("127.0.0.1:4586", "'127.0.0.1:4586' is not a URL such as http://127.0.0.1:4586"),
    ],
)
def test_no_running_server(pytester: pytest.Pytester, url: str, sentence: str) -> None:
    result = suite(pytester, "def test_it(livetail): ...\n", "--livetail-url", url)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"livetail: {sentence}"])
    assert len(sentences(result)) == 1
