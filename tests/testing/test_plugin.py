"""The fixtures and the marker of the pytest plugin, each used by a suite of its own."""

import pytest

from tests.testing.projects import sentences, suite

pytest_plugins = ["pytester"]


# ---- fixtures ------------------------------------------------------------------------------------------------------


IS_RESET = """
import pytest

@pytest.mark.parametrize("turn", range(3))
@pytest.mark.livetail(clock="manual@2026-01-01T00:00:00Z", seed=7)
def test_it(livetail, livetail_client, turn):
    assert livetail_client.describe_log_groups()["logGroups"] == []
    assert livetail.sessions() == livetail.faults() == livetail.scenarios() == []
    assert [request["operation"] for request in livetail.requests()] == ["DescribeLogGroups"]
    assert livetail.now() == 1_767_225_600_000
    livetail.put("/app/api", "web-1", ["hello"])
    livetail.add_fault({"after": {"seconds": 60}, "effect": {"type": "end"}})
    livetail.start_scenario('[[source]]\\nlog_group = "/app/web"\\nrate = 1')
    arn = livetail.log_group_arn("/app/api")
    stream = livetail_client.start_live_tail(logGroupIdentifiers=[arn])["responseStream"]
    started = next(iter(stream))["sessionStart"]["sessionId"]
    assert started == "10a7d891-cbfb-44ac-ad37-7b586772c871", "the seed is reset too"
    livetail.advance(10)
    stream.close()
"""

SERVER_OF_THE_RUN = """
import pytest

@pytest.fixture(scope="session")
def filled(livetail_server):
    livetail_server.put("/app/api", "web-1", ["hello"])
    return livetail_server

@pytest.mark.parametrize("turn", range(2))
def test_it_is_not_reset(filled, livetail, turn):
    logs = filled.client()
    assert [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]] == ["/app/api"]
    logs.close()
    assert livetail.endpoint_url != filled.endpoint_url
"""

STOPPED = """
import pytest

@pytest.mark.parametrize("turn", range(2))
def test_one_that_a_test_stops_is_replaced(livetail, livetail_client, turn):
    livetail_client.describe_log_groups()
    livetail.stop()
    with pytest.raises(Exception, match="Could not connect"):
        livetail_client.describe_log_groups()
"""

SHARED = """
import pytest

SEEN = []

@pytest.mark.livetail(seed=7, credentials=["AKID:secret"])
def test_one(livetail):
    SEEN.append(livetail)

@pytest.mark.livetail(credentials=("AKID:secret",), seed="7", clock="real", max_sessions=None)
def test_same_in_other_words(livetail):
    assert livetail is SEEN[0]

@pytest.mark.livetail(seed=8, credentials="AKID:secret")
def test_other(livetail):
    assert livetail is not SEEN[0]
    assert livetail.endpoint_url != SEEN[0].endpoint_url
    assert SEEN[0].sessions() == [], "the other one is still there"
"""

THREADS = """
import pytest
from concurrent.futures import ThreadPoolExecutor

@pytest.mark.livetail(clock="manual")
def test_they_share_a_handle_and_a_client(livetail, livetail_client):
    def work(number):
        livetail.put("/app/api", f"web-{number}", [f"event {number}"])
        livetail.advance(1)
        return livetail_client.describe_log_groups()["logGroups"][0]["logGroupName"]

    began = livetail.now()
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, range(16))) == ["/app/api"] * 16
    assert livetail.now() == began + 16_000
    assert len(livetail_client.describe_log_streams(logGroupName="/app/api")["logStreams"]) == 16
"""


def test_a_suite_with_every_fixture(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_is_reset=IS_RESET,
        test_server_of_the_run=SERVER_OF_THE_RUN,
        test_stopped=STOPPED,
        test_shared=SHARED,
        test_threads=THREADS,
    )
    suite(pytester, "").assert_outcomes(passed=3 + 2 + 2 + 3 + 1)


def test_settings_of_a_whole_suite(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
def test_plain(livetail, livetail_server):
    assert livetail.clock_mode() == livetail_server.clock_mode() == "manual"
    assert livetail.seed == livetail_server.seed == 7

@pytest.mark.livetail(seed=8)
def test_marked(livetail):
    assert (livetail.clock_mode(), livetail.seed) == ("manual", 8)
""",
        conftest="""
import pytest

@pytest.fixture(scope="session")
def livetail_settings():
    return {"clock": "manual", "seed": 7}
""",
    ).assert_outcomes(passed=2)


def test_session_of_a_test_that_fails_is_not_left_to_the_next(pytester: pytest.Pytester) -> None:
    result = suite(
        pytester,
        """
KEPT = []

@pytest.mark.livetail(clock="manual")
def test_fails_midway(livetail, livetail_client):
    livetail.put("/app/api", "web-1", ["hello"])
    arn = livetail.log_group_arn("/app/api")
    KEPT.append(livetail_client.start_live_tail(logGroupIdentifiers=[arn])["responseStream"])
    livetail.wait_for_sessions(1)
    livetail.advance(2)
    assert False

@pytest.mark.livetail(clock="manual")
def test_next(livetail):
    assert livetail.sessions() == []
    kinds = [kind for event in KEPT[0] for kind in event]
    assert kinds == ["sessionStart", "sessionUpdate", "sessionUpdate"], "and its client got a clean end"
    KEPT[0].close()
""",
    )
    result.assert_outcomes(passed=1, failed=1)


def test_open_streams_do_not_keep_the_run_from_ending(pytester: pytest.Pytester) -> None:
    """The run ends although a thread reads; the thread sees a clean end."""
    suite(
        pytester,
        """
from threading import Thread

READ = []
READERS = []

@pytest.mark.livetail(clock="manual")
def test_leaves_a_reader(livetail, livetail_client):
    livetail.put("/app/api", "web-1", ["hello"])
    arn = livetail.log_group_arn("/app/api")
    stream = livetail_client.start_live_tail(logGroupIdentifiers=[arn])["responseStream"]

    def read():
        READ.extend(kind for event in stream for kind in event)
        READ.append("end")
        stream.close()

    READERS.append(Thread(target=read))
    READERS[0].start()
    livetail.advance(1)
""",
        conftest="""
def pytest_unconfigure():
    import test_suite

    test_suite.READERS[0].join(10)
    assert test_suite.READ == ["sessionStart", "sessionUpdate", "end"]
""",
    ).assert_outcomes(passed=1)


# ---- marker --------------------------------------------------------------------------------------------------------


def test_markers_add_up_and_the_closest_wins(pytester: pytest.Pytester) -> None:
    """Here as everywhere in this file under `--strict-markers`, so the marker is a registered one."""
    suite(
        pytester,
        """
pytestmark = pytest.mark.livetail(clock="manual", seed=1, region="eu-west-1")

def test_module(livetail):
    assert (livetail.clock_mode(), livetail.seed, livetail.region) == ("manual", 1, "eu-west-1")

@pytest.mark.livetail(seed=2)
class TestClass:
    def test_class(self, livetail):
        assert (livetail.clock_mode(), livetail.seed, livetail.region) == ("manual", 2, "eu-west-1")

    @pytest.mark.livetail(seed=3, region=None)
    def test_function(self, livetail):
        assert (livetail.clock_mode(), livetail.seed, livetail.region) == ("manual", 3, "us-east-1")

@pytest.mark.parametrize("clock", ["manual", pytest.param("real", marks=pytest.mark.livetail(clock="real"))])
@pytest.mark.livetail(seed=4)
def test_parameters(livetail, clock):
    assert (livetail.clock_mode(), livetail.seed) == (clock, 4)
""",
    ).assert_outcomes(passed=5)


def test_paths_start_at_the_file_of_the_test(pytester: pytest.Pytester) -> None:
    folder = pytester.mkpydir("inner")
    folder.joinpath("shop.toml").write_text('[[log_group]]\nname = "/shop/api"\n')
    folder.joinpath("test_paths.py").write_text(
        """
from pathlib import Path

import pytest

SHOP = Path(__file__).with_name("shop.toml")

@pytest.mark.parametrize("settings", [
    pytest.param(scenario, marks=pytest.mark.livetail(scenario=scenario))
    for scenario in ("shop.toml", ["shop.toml"], Path("shop.toml"), SHOP, str(SHOP))
])
def test_it(livetail_client, settings):
    assert [group["logGroupName"] for group in livetail_client.describe_log_groups()["logGroups"]] == ["/shop/api"]
"""
    )
    suite(pytester, "", "inner").assert_outcomes(passed=5)


def test_wrong_settings_are_a_sentence(pytester: pytest.Pytester) -> None:
    pytester.makefile(".toml", shop="[[source]]\nrate = 1\n")
    result = suite(
        pytester,
        """
import socket

TAKEN = socket.create_server(("127.0.0.1", 0))

@pytest.mark.livetail(speed=60)
def test_unknown(livetail): ...

@pytest.mark.livetail(clock="sometimes")
def test_wrong(livetail_client): ...

@pytest.mark.livetail("manual")
def test_nameless(livetail): ...

@pytest.mark.livetail(scenario="none.toml")
def test_no_file(livetail): ...

@pytest.mark.livetail(scenario="shop.toml")
def test_bad_file(livetail): ...

@pytest.mark.livetail(port=TAKEN.getsockname()[1])
def test_port_taken(livetail): ...

@pytest.mark.livetail(verify_signatures=True)
def test_no_credentials(livetail): ...

def test_good(livetail):
    TAKEN.close()
""",
        "-rE",
        "--tb=short",
    )
    result.assert_outcomes(passed=1, errors=7)
    result.stdout.no_fnmatch_line("*livetail/*.py*")
    sentence = dict(
        zip(("unknown", "wrong", "nameless", "file", "fault", "port", "keys"), _in_full(result), strict=True)
    )
    assert sentence["unknown"].startswith("there is no setting 'speed'; there are host, port, ")
    assert sentence["wrong"] == "--clock 'sometimes' is none of real, manual, manual@2026-01-01T00:00:00Z, 60x"
    assert (
        sentence["nameless"] == "@pytest.mark.livetail takes settings by name, such as clock='manual', and not 'manual'"
    )
    assert sentence["file"] == f"{pytester.path}/none.toml: there is no such file"
    assert "shop.toml:1: " in sentence["fault"] and "log_group" in sentence["fault"]
    assert sentence["port"].startswith("cannot listen on 127.0.0.1:") and sentence["port"].endswith(
        "Address already in use"
    )
    assert sentence["keys"] == "--verify-signatures needs at least one --credentials ID:SECRET"


def _in_full(result: pytest.RunResult) -> list[str]:
    """The sentences, from where pytest does not shorten them."""
    sentences(result)
    return [line.removeprefix("livetail: ") for line in result.outlines if line.startswith("livetail: ")]


# ---- open sessions -------------------------------------------------------------------------------------------------

OPEN_SESSIONS = """
KEPT = []

@pytest.fixture
def start(livetail, livetail_client):
    livetail.put("/app/api", "web-1", ["hello"])
    arn = livetail.log_group_arn("/app/api")
    return lambda: livetail_client.start_live_tail(logGroupIdentifiers=[arn])["responseStream"]

def test_closes(start):
    start().close()

def test_leaves_one_open(start):
    KEPT.append(start())

def test_fails_anyway(start):
    KEPT.append(start())
    raise ValueError("this is what is to be read")

def test_is_reset(livetail):
    assert livetail.sessions() == []
    for stream in KEPT:
        stream.close()
"""


def test_open_sessions_fail_a_test_if_so_configured(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nlivetail_fail_on_open_sessions = true\n")
    result = suite(pytester, OPEN_SESSIONS)
    result.assert_outcomes(passed=3, failed=1, errors=1)
    assert _in_full(result) == [
        "Live Tail sessions are still open, on [['arn:aws:logs:us-east-1:123456789012:log-group:/app/api']]"
    ]
    result.stdout.fnmatch_lines(["ERROR test_suite.py::test_leaves_one_open - *"])


def test_open_sessions_are_allowed_by_default(pytester: pytest.Pytester) -> None:
    suite(pytester, OPEN_SESSIONS).assert_outcomes(passed=3, failed=1)
