"""What the program does when a session does not start, breaks or ends."""

from typing import Any

import pytest
from following import Follow

from livetail.testing.handle import LiveTail

pytestmark = pytest.mark.livetail(clock="manual", seed=7)

THREE_HOURS = 3 * 3600


@pytest.mark.parametrize("effect", ["cut", "reset"])
def test_a_broken_connection_is_made_anew(livetail: LiveTail, follow: Follow, effect: str) -> None:
    livetail.put("/app/api", "web-1", ["before"])
    livetail.add_fault({"after": {"updates": 2}, "effect": {"type": effect}})
    following = follow("/app/api")
    assert following.line() == "-- following"
    livetail.put("/app/api", "web-1", ["hello"])
    livetail.advance(3)
    assert following.line() == "hello"
    assert following.line() == "-- connection lost, trying again in 1 s"
    assert following.line() == "-- following"
    livetail.put("/app/api", "web-1", ["here again"])
    livetail.advance(2)
    assert following.line() == "here again"
    assert following.pauses == [1]
    assert [request["operation"] for request in livetail.requests()] == ["StartLiveTail"] * 2


def test_pauses_grow_until_there_is_an_update(livetail: LiveTail, follow: Follow) -> None:
    livetail.put("/app/api", "web-1", ["before"])
    livetail.add_fault({"times": 7, "effect": {"type": "empty"}})
    livetail.add_fault({"after": {"updates": 1}, "effect": {"type": "cut"}})
    following = follow("/app/api")
    assert [following.line() for _ in range(8)][-1] == "-- following"
    assert following.pauses == [1, 2, 4, 8, 16, 30, 30]
    livetail.advance(2)
    assert following.lines(2) == ["-- connection lost, trying again in 1 s", "-- following"]
    assert following.pauses[7:] == [1]


def test_too_many_sessions_are_tried_again(livetail: LiveTail, follow: Follow) -> None:
    livetail.put("/app/api", "web-1", ["before"])
    livetail.add_fault({"times": 2, "effect": {"type": "error", "code": "LimitExceededException"}})
    following = follow("/app/api")
    assert following.lines(3) == [
        "-- LimitExceededException, trying again in 1 s",
        "-- LimitExceededException, trying again in 2 s",
        "-- following",
    ]


@pytest.mark.livetail(max_sessions=1)
def test_a_session_is_had_once_another_one_has_ended(livetail: LiveTail, livetail_client: Any, follow: Follow) -> None:
    """The refusal is the emulator's own, as it counts sessions: the marker of this test adds to that of the module."""
    livetail.put("/app/api", "web-1", ["before"])
    arn = livetail.log_group_arn("/app/api")
    other = livetail_client.start_live_tail(logGroupIdentifiers=[arn])["responseStream"]
    following = follow("/app/api")
    assert following.line() == "-- LimitExceededException, trying again in 1 s"
    other.close()
    while (line := following.line()) != "-- following":
        assert line.startswith("-- LimitExceededException")


def test_three_hours_are_not_the_end(livetail: LiveTail, follow: Follow) -> None:
    livetail.put("/app/api", "web-1", ["before"])
    following = follow("/app/api")
    assert following.line() == "-- following"
    livetail.advance(THREE_HOURS - 1)
    livetail.put("/app/api", "web-1", ["last words"])
    livetail.advance(1)
    assert following.lines(3) == [
        "last words",
        "-- the session's three hours are over, here is another one",
        "-- following",
    ]
    livetail.put("/app/api", "web-1", ["and on it goes"])
    livetail.advance(2)
    assert following.line() == "and on it goes"
    assert following.pauses == []


def test_a_session_that_the_service_ends_is_the_end(livetail: LiveTail, follow: Follow) -> None:
    livetail.put("/app/api", "web-1", ["before"])
    following = follow("/app/api")
    following.line()
    livetail.put("/app/api", "web-1", ["last words"])
    livetail.advance(1)
    livetail.end_session(livetail.sessions()[0]["sessionId"])
    assert following.rest() == ["last words"]


@pytest.mark.livetail(session_timeout="30m")
def test_what_was_seen_of_the_service(livetail: LiveTail, follow: Follow) -> None:
    """A session that breaks after some minutes, again and again."""
    livetail.put("/app/api", "web-1", ["before"])
    livetail.add_fault({"preset": "observed-disconnect", "minutes": 10})
    following = follow("/app/api")
    for _ in range(3):
        assert following.line() == "-- following"
        livetail.advance(10 * 60 + 1)
        assert following.line() == "-- connection lost, trying again in 1 s"
    assert following.line() == "-- following"
