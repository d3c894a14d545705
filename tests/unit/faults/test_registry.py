"""The rules in force: what they do to requests, how often they fire, and what the control plane shows of them."""

from typing import Any

import pytest

from livetail.core.chance import Chance
from livetail.faults import FaultError, Faults
from livetail.faults.naming import named_log_groups
from livetail.faults.registry import BareStatus, ConnectionClosed, ConnectionReset, Failure, RequestEffect
from livetail.faults.steps import End
from tests.unit.faults.tails import GROUP, START, Tail, effect, rule


def faults_with(*rules: dict[str, Any], seed: int = 7) -> Faults:
    faults = Faults(Chance(seed))
    for given in rules:
        faults.add(given, START)
    return faults


def on_put(type_: str, **values: Any) -> dict[str, Any]:
    return {"operation": "PutLogEvents", "effect": effect(type_, **values)}


OUTCOMES: list[tuple[dict[str, Any], RequestEffect]] = [
    (
        effect("error", code="ThrottlingException"),
        RequestEffect(0, Failure("ThrottlingException", "Rate exceeded", 400, GROUP)),
    ),
    (
        effect("error", code="LimitExceededException", message="no", status=429),
        RequestEffect(0, Failure("LimitExceededException", "no", 429, GROUP)),
    ),
    (effect("error", code="Other"), RequestEffect(0, Failure("Other", None, 400, GROUP))),
    (effect("error", code="Other", message=""), RequestEffect(0, Failure("Other", "", 400, GROUP))),
    (
        effect("error", code="ServiceUnavailableException"),
        RequestEffect(0, Failure("ServiceUnavailableException", None, 500, GROUP)),
    ),
    (effect("delay", seconds=1.5), RequestEffect(1_500, None)),
    (effect("reset"), RequestEffect(0, ConnectionReset())),
    (effect("empty"), RequestEffect(0, ConnectionClosed())),
    (effect("status", status=503), RequestEffect(0, BareStatus(503, b""))),
    (effect("status", status=502, body="Bad gäteway"), RequestEffect(0, BareStatus(502, "Bad gäteway".encode()))),
]


@pytest.mark.parametrize(("given", "outcome"), OUTCOMES, ids=[row[0]["type"] for row in OUTCOMES])
@pytest.mark.parametrize("operation", ["StartLiveTail", "PutLogEvents", "*"])
def test_effects_on_a_request(operation: str, given: dict[str, Any], outcome: RequestEffect) -> None:
    faults = faults_with({"operation": operation, "effect": given})
    asked = "CreateLogGroup" if operation == "*" else operation
    assert faults.on_request(asked, [GROUP], START) == outcome
    assert faults.on_request(asked, [GROUP], START) is None, "it fires once"


def test_access_is_denied_in_the_words_of_aws() -> None:
    faults = faults_with({"effect": effect("error", code="AccessDeniedException")})
    found = faults.on_request("StartLiveTail", [GROUP], START)
    assert found is not None and isinstance(found.outcome, Failure)
    arn = f"arn:aws:logs:us-east-2:997763366404:log-group:{GROUP}"
    assert found.outcome.worded("997763366404", "StartLiveTail", arn) == (
        "User: arn:aws:sts::997763366404:assumed-role/livetail/session is not authorized to perform: "
        f"logs:StartLiveTail on resource: {arn} because no identity-based policy allows the logs:StartLiveTail action"
    )


def test_a_text_of_its_own_goes_before_the_words_of_aws() -> None:
    failure = Failure("AccessDeniedException", "no", 400, None)
    assert failure.worded("123456789012", "PutLogEvents", "*") == "no"
    assert Failure("Other", None, 400, None).worded("123456789012", "PutLogEvents", "*") is None


def test_an_error_names_the_log_group_that_its_rule_is_about() -> None:
    faults = faults_with({"where": {"logGroup": "/b*"}, "effect": effect("error", code="AccessDeniedException")})
    found = faults.on_request("StartLiveTail", ["/a", "/b1", "/b2"], START)
    assert found is not None and isinstance(found.outcome, Failure)
    assert found.outcome.log_group == "/b1"


@pytest.mark.parametrize(
    ("given", "operation", "groups", "fires"),
    [
        ({}, "StartLiveTail", [], True),
        ({}, "PutLogEvents", ["/a"], False),
        ({"operation": "*"}, "DescribeLogGroups", [], True),
        ({"where": {}}, "StartLiveTail", [], True),
        ({"where": {"logGroup": "/a"}}, "StartLiveTail", ["/a"], True),
        ({"where": {"logGroup": "/a"}}, "StartLiveTail", ["/b", "/a"], True),
        ({"where": {"logGroup": "/a"}}, "StartLiveTail", ["/ab"], False),
        ({"where": {"logGroup": "/a"}}, "StartLiveTail", ["/A"], False),
        ({"where": {"logGroup": "/a*"}}, "StartLiveTail", ["/a/b/c"], True),
        ({"where": {"logGroup": "/?/x"}}, "StartLiveTail", ["/a/x"], True),
        ({"where": {"logGroup": "*"}}, "StartLiveTail", [], False),
    ],
)
def test_which_requests_a_rule_is_about(given: dict[str, Any], operation: str, groups: list[str], fires: bool) -> None:
    faults = faults_with({"effect": {"type": "empty"}} | given)
    assert (faults.on_request(operation, groups, START) is not None) is fires


def test_delays_add_up_and_the_first_other_effect_decides() -> None:
    faults = faults_with(
        on_put("delay", seconds=1),
        on_put("delay", seconds=2),
        on_put("status", status=503),
        on_put("delay", seconds=4),
        on_put("reset"),
    )
    assert faults.on_request("PutLogEvents", [], START) == RequestEffect(3_000, BareStatus(503, b""))
    assert [fault.fired for fault in faults] == [1, 1, 1, 0, 0]
    assert faults.on_request("PutLogEvents", [], START) == RequestEffect(4_000, ConnectionReset())
    assert faults.on_request("PutLogEvents", [], START) is None


def test_every_rule_counts_every_request_it_is_about() -> None:
    faults = faults_with(on_put("empty"), on_put("reset") | {"after": {"requests": 1}})
    assert faults.on_request("PutLogEvents", [], START) == RequestEffect(0, ConnectionClosed())
    assert faults.on_request("PutLogEvents", [], START) == RequestEffect(0, ConnectionReset())


def test_the_first_requests_pass() -> None:
    faults = faults_with(on_put("empty") | {"after": {"requests": 2}, "times": 0})
    fired = [faults.on_request("PutLogEvents", [], START) is not None for _ in range(4)]
    assert fired == [False, False, True, True]


def test_seconds_of_a_request_rule_count_from_its_adding() -> None:
    faults = faults_with(on_put("empty") | {"after": {"seconds": 2}})
    assert faults.on_request("PutLogEvents", [], START + 1_999) is None
    assert faults.on_request("PutLogEvents", [], START + 2_000) is not None


@pytest.mark.parametrize(("times", "expected"), [(1, 1), (3, 3), (0, 10)])
def test_times(times: int, expected: int) -> None:
    faults = faults_with(on_put("empty") | {"times": times})
    assert sum(faults.on_request("PutLogEvents", [], START) is not None for _ in range(10)) == expected


@pytest.mark.parametrize(("probability", "least", "most"), [(0, 0, 0), (0.25, 200, 300), (1, 1_000, 1_000)])
def test_probability(probability: float, least: int, most: int) -> None:
    faults = faults_with(on_put("empty") | {"times": 0, "probability": probability})
    fired = sum(faults.on_request("PutLogEvents", [], START) is not None for _ in range(1_000))
    assert least <= fired <= most


def test_times_count_over_all_sessions() -> None:
    faults = faults_with(rule("end", times=2))
    tails = [Tail(faults, session_id=str(number)) for number in range(4)]
    for tail in tails:
        tail.write(START)
    assert [tail.is_over for tail in tails] == [True, True, False, False]


def test_the_first_sessions_pass() -> None:
    faults = Faults(Chance(7))
    early = Tail(faults, session_id="early")
    faults.add(rule("end", after={"requests": 1}, times=0), START)
    tails = [early, *(Tail(faults, session_id=str(number)) for number in range(3))]
    for tail in tails:
        tail.write(START)
    assert [tail.is_over for tail in tails] == [False, False, True, True]


def test_a_session_effect_is_drawn_once_per_session() -> None:
    faults = faults_with(rule("end", times=0) | {"probability": 0.5})
    ended = 0
    for number in range(200):
        tail = Tail(faults, session_id=str(number))
        for second in range(5):
            tail.update(START + second)
        assert not tail.is_over or tail.steps[1] == End()
        ended += tail.is_over
    assert 70 <= ended <= 130
    assert next(iter(faults)).fired == ended


def test_what_the_control_plane_shows() -> None:
    given = {"after": {"updates": 1}, "times": 3, "effect": effect("cut")}
    faults = faults_with(given, {"preset": "observed-loss"})
    Tail(faults).write(START)
    assert faults.as_json() == [
        {"id": "fault-1", **given, "fired": 0, "remaining": 3},
        {"id": "fault-2", "preset": "observed-loss", "fired": 0, "remaining": None},
    ]
    tail = Tail(faults, session_id="t")
    tail.write(START)
    tail.update(START)
    tail.update(START)
    assert faults.as_json()[0] == {"id": "fault-1", **given, "fired": 1, "remaining": 2}


def test_rules_are_removed_by_id() -> None:
    faults = faults_with(on_put("empty"), on_put("reset"))
    assert faults.remove("fault-1")
    assert not faults.remove("fault-1")
    assert [fault.fault_id for fault in faults] == ["fault-2"]
    assert faults.add(on_put("empty"), START).fault_id == "fault-3"
    faults.clear()
    assert len(faults) == 0 and faults.as_json() == []
    assert faults.on_request("PutLogEvents", [], START) is None


def test_a_rule_that_is_none_is_not_stored() -> None:
    faults = Faults(Chance(7))
    with pytest.raises(FaultError):
        faults.add({"effect": {"type": "exeption"}}, START)
    assert len(faults) == 0


def test_rules_do_not_shift_each_others_draws() -> None:
    sometimes = on_put("empty") | {"times": 0, "probability": 0.5}
    alone = faults_with(sometimes)
    fired_alone = [alone.on_request("PutLogEvents", [], START) is not None for _ in range(100)]
    among_others = faults_with(sometimes, on_put("delay", seconds=1) | {"times": 0, "probability": 0.5})
    found = [among_others.on_request("PutLogEvents", [], START) for _ in range(100)]
    assert [one is not None and one.outcome is not None for one in found] == fired_alone
    assert len(set(fired_alone)) == 2


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b'{"logGroupName":"/a"}', ("/a",)),
        (b'{"logGroupIdentifier":"arn:aws:logs:us-east-1:123456789012:log-group:/a:*"}', ("/a",)),
        (
            b'{"logGroupIdentifiers":["arn:aws:logs:us-east-1:123456789012:log-group:/a","/b","/a"]}',
            ("/a", "/b"),
        ),
        (b'{"resourceArn":"arn:aws:logs:us-east-1:123456789012:log-group:/a"}', ("/a",)),
        (b'{"logGroupName":1,"logGroupIdentifiers":"/a","logEvents":[{}]}', ()),
        (b"{}", ()),
        (b"[]", ()),
        (b"{", ()),
        (b'{"logGroupName":"\xff"}', ()),
        (b"", ()),
    ],
)
def test_log_groups_that_a_request_names(body: bytes, names: tuple[str, ...]) -> None:
    assert named_log_groups(body) == names
