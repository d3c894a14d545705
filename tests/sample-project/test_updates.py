"""What the program shows of what comes."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from following import Follow
from logtail import Follower

from livetail.testing.handle import LiveTail

pytestmark = pytest.mark.livetail(clock="manual", seed=7)


def test_messages_are_shown_as_they_are_ingested(livetail: LiveTail, follow: Follow) -> None:
    livetail.put("/app/api", "web-1", ["written before anybody follows"])
    following = follow("/app/api")
    assert following.line() == "-- following"
    livetail.put("/app/api", "web-1", ["hello", "world"])
    livetail.advance(2)
    assert following.lines(2) == ["hello", "world"]


def test_the_filter_is_the_service_s(livetail: LiveTail, follow: Follow) -> None:
    livetail.put("/app/api", "web-1", ["before"])
    following = follow("/app/api", pattern="?ERROR ?WARN")
    following.line()
    livetail.put("/app/api", "web-1", ["ERROR boom", "all is well", "WARN hm"])
    livetail.advance(2)
    assert following.lines(2) == ["ERROR boom", "WARN hm"]


def test_several_groups_are_one_stream(livetail: LiveTail, follow: Follow) -> None:
    for group in ("/app/api", "/app/web"):
        livetail.put(group, "web-1", ["before"])
    following = follow("/app/api", "/app/web")
    following.line()
    for number in range(6):
        livetail.put(("/app/api", "/app/web")[number % 2], "web-1", [f"event {number}"])
        livetail.advance(0.1)
    livetail.advance(2)
    assert following.lines(6) == [f"event {number}" for number in range(6)]


def test_a_sample_is_said_to_be_one(livetail: LiveTail, follow: Follow) -> None:
    livetail.put("/app/api", "web-1", ["before"])
    following = follow("/app/api")
    following.line()
    livetail.put("/app/api", "web-1", (f"event {number}" for number in range(2_000)))
    livetail.advance(2)
    assert following.line() == "-- too many events: this is a sample of them"
    sample = following.lines(500)
    assert len(set(sample)) == 500
    assert sample == sorted(sample, key=lambda line: int(line.split()[1]))


def test_a_slow_consumer_loses_the_oldest_ten(livetail: LiveTail, follow: Follow) -> None:
    """Ten updates wait for a client that takes nothing for a while; of twenty, the newest are left."""
    livetail.put("/app/api", "web-1", ["before"])
    livetail.add_fault({"after": {"updates": 1}, "effect": {"type": "stall", "seconds": 20.5}})
    following = follow("/app/api")
    following.line()
    livetail.advance(1)
    for number in range(1, 21):
        livetail.put("/app/api", "web-1", [f"event {number}"])
        livetail.advance(1)
    (session,) = livetail.sessions()
    assert (session["counters"]["droppedUpdates"], session["counters"]["droppedEvents"]) == (10, 10)
    livetail.put("/app/api", "web-1", ["and on it goes"])
    livetail.advance(2)
    assert following.lines(11) == [*(f"event {number}" for number in range(11, 21)), "and on it goes"]


def test_late_events_are_put_in_their_place(livetail: LiveTail, follow: Follow) -> None:
    livetail.put("/app/api", "web-1", ["before"])
    livetail.add_fault({"effect": {"type": "reorder", "milliseconds": 856, "share": 0.3}})
    following = follow("/app/api")
    following.line()
    expected = [f"event {number}" for number in range(100)]
    for message in expected:
        livetail.put("/app/api", "web-1", [message])
        livetail.advance(0.05)
    livetail.advance(2)
    assert following.lines(100) == expected
    following.close()
    livetail.advance(1)
    (note,) = following.rest()
    assert note.startswith("-- put in their place: "), "the fault had an effect"


def test_what_the_service_refuses_for_good_is_an_error(livetail: LiveTail, livetail_client: Any) -> None:
    follower = Follower(livetail_client, [livetail.log_group_arn("/no/such/group")], print)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        follower.follow()
