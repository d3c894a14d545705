"""The rules in force: what they do to requests, how often they fire, and what the control plane shows of them."""

from typing import Any

import pytest

from livetail.api.context import named_log_groups
from livetail.core.arns import LogGroupArn
from livetail.faults.effects import AnyEffect, Delay, Empty, EmptyPage, Error, HideEvents, Reset, Status
from livetail.faults.fault_rules import FaultRules
from livetail.faults.messages import Step
from tests.unit.faults.sessions import GROUP, START, WrittenSession, add, effect, rule, rules_with, shown_of


def fired_on(rules: FaultRules, operation: str, groups: list[str], now: int = START) -> list[AnyEffect]:
    return [rule.effect for rule in rules.fire_on_request(operation, "r", groups, now)]


def on_put(type_: str, **values: Any) -> dict[str, Any]:
    return {"operation": "PutLogEvents", "effect": effect(type_, **values)}


EFFECTS: list[tuple[dict[str, Any], AnyEffect]] = [
    (effect("error", code="Other"), Error(code="Other")),
    (effect("delay", seconds=1.5), Delay(seconds=1.5)),
    (effect("reset"), Reset()),
    (effect("empty"), Empty()),
    (effect("status", status=502, body="x"), Status(status=502, body="x")),
]


@pytest.mark.parametrize(("given", "fired"), EFFECTS, ids=[row[0]["type"] for row in EFFECTS])
@pytest.mark.parametrize("operation", ["StartLiveTail", "PutLogEvents", "*"])
def test_effects_on_a_request(operation: str, given: dict[str, Any], fired: AnyEffect) -> None:
    rules = rules_with({"operation": operation, "effect": given})
    asked = "CreateLogGroup" if operation == "*" else operation
    assert fired_on(rules, asked, [GROUP]) == [fired]
    assert fired_on(rules, asked, [GROUP]) == [], "it fires once"


def test_an_error_has_the_text_and_the_status_of_aws_where_they_are_known() -> None:
    arn = LogGroupArn.of("us-east-2", "997763366404", GROUP)

    def words(**values: Any) -> tuple[str | None, int]:
        error = Error(**values)
        return error.text("StartLiveTail", arn), error.http_status

    assert words(code="ThrottlingException") == ("Rate exceeded", 400)
    assert words(code="LimitExceededException", message="no", status=429) == ("no", 429)
    assert words(code="Other") == (None, 400)
    assert words(code="Other", message="") == ("", 400)
    assert words(code="ServiceUnavailableException") == (None, 500)
    assert words(code="AccessDeniedException", message="no") == ("no", 400)
    assert words(code="AccessDeniedException")[0] == (
        "User: arn:aws:sts::997763366404:assumed-role/livetail/session is not authorized to perform: "
        f"logs:StartLiveTail on resource: {arn} because no identity-based policy allows the logs:StartLiveTail action"
    )


def test_an_error_names_the_log_group_that_its_rule_is_about() -> None:
    rules = rules_with({"where": {"logGroup": "/b*"}, "effect": effect("error", code="AccessDeniedException")})
    groups = ["/a", "/b1", "/b2"]
    (fired,) = rules.fire_on_request("StartLiveTail", "r", groups, START)
    assert fired.matched_group(groups) == "/b1"


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
    rules = rules_with({"effect": {"type": "empty"}} | given)
    assert bool(fired_on(rules, operation, groups)) is fires


def test_delays_add_up_and_the_first_other_effect_decides() -> None:
    rules = rules_with(
        on_put("delay", seconds=1),
        on_put("delay", seconds=2),
        on_put("status", status=503),
        on_put("delay", seconds=4),
        on_put("reset"),
    )
    assert fired_on(rules, "PutLogEvents", []) == [Delay(seconds=1), Delay(seconds=2), Status(status=503)]
    assert [fault.fired for fault in rules] == [1, 1, 1, 0, 0]
    assert fired_on(rules, "PutLogEvents", []) == [Delay(seconds=4), Reset()]
    assert fired_on(rules, "PutLogEvents", []) == []


def test_every_rule_counts_every_request_it_is_about() -> None:
    rules = rules_with(on_put("empty"), on_put("reset") | {"after": {"requests": 1}})
    assert fired_on(rules, "PutLogEvents", []) == [Empty()]
    assert fired_on(rules, "PutLogEvents", []) == [Reset()]


def test_the_first_requests_pass() -> None:
    rules = rules_with(on_put("empty") | {"after": {"requests": 2}, "times": 0})
    fired = [bool(fired_on(rules, "PutLogEvents", [])) for _ in range(4)]
    assert fired == [False, False, True, True]


def test_a_sequence_fails_some_and_lets_some_pass_again_and_again() -> None:
    rules = rules_with(on_put("empty") | {"sequence": {"fail": 3, "pass": 2}, "after": {"requests": 1}})
    fired = [bool(fired_on(rules, "PutLogEvents", [])) for _ in range(12)]
    assert fired == [False, True, True, True, False, False, True, True, True, False, False, True]


def test_a_rule_names_the_newest_requests_that_it_has_fired_on() -> None:
    rules = rules_with(on_put("empty") | {"times": 0})
    for number in range(150):
        rules.fire_on_request("PutLogEvents", f"r{number}", [], START + number)
    (shown,) = shown_of(rules)
    assert shown["fired"] == 150
    assert [firing["requestId"] for firing in shown["firedOn"]] == [f"r{number}" for number in range(50, 150)]
    assert shown["firedOn"][-1] == {"time": START + 149, "requestId": "r149", "sessionId": None}


def test_pages_are_changed_for_the_operations_that_have_them() -> None:
    rules = rules_with({"effect": effect("empty-page")}, {"preset": "read-delay", "seconds": 2})
    assert fired_on(rules, "PutLogEvents", []) == []
    assert fired_on(rules, "GetLogEvents", []) == [EmptyPage(), HideEvents(seconds=2)]
    assert fired_on(rules, "FilterLogEvents", []) == [HideEvents(seconds=2)]


def test_seconds_of_a_request_rule_count_from_its_adding() -> None:
    rules = rules_with(on_put("empty") | {"after": {"seconds": 2}})
    assert fired_on(rules, "PutLogEvents", [], START + 1_999) == []
    assert fired_on(rules, "PutLogEvents", [], START + 2_000) == [Empty()]


@pytest.mark.parametrize(("times", "expected"), [(1, 1), (3, 3), (0, 10)])
def test_times(times: int, expected: int) -> None:
    rules = rules_with(on_put("empty") | {"times": times})
    assert sum(len(fired_on(rules, "PutLogEvents", [])) for _ in range(10)) == expected


@pytest.mark.parametrize(("probability", "least", "most"), [(0, 0, 0), (0.25, 200, 300), (1, 1_000, 1_000)])
def test_probability(probability: float, least: int, most: int) -> None:
    rules = rules_with(on_put("empty") | {"times": 0, "probability": probability})
    fired = sum(len(fired_on(rules, "PutLogEvents", [])) for _ in range(1_000))
    assert least <= fired <= most


def test_times_count_over_all_sessions() -> None:
    rules = rules_with(rule("end", times=2))
    sessions = [WrittenSession(rules, session_id=str(number)) for number in range(4)]
    for session in sessions:
        session.write(START)
    assert [session.is_over for session in sessions] == [True, True, False, False]


def test_the_first_sessions_pass() -> None:
    rules = rules_with()
    early = WrittenSession(rules, session_id="early")
    add(rules, rule("end", after={"requests": 1}, times=0), START)
    sessions = [early, *(WrittenSession(rules, session_id=str(number)) for number in range(3))]
    for session in sessions:
        session.write(START)
    assert [session.is_over for session in sessions] == [False, False, True, True]


def test_a_session_effect_is_drawn_once_per_session() -> None:
    rules = rules_with(rule("end", times=0) | {"probability": 0.5})
    ended = 0
    for number in range(200):
        session = WrittenSession(rules, session_id=str(number))
        for second in range(5):
            session.update(START + second)
        assert not session.is_over or session.steps[1] == Step(then="end")
        ended += session.is_over
    assert 70 <= ended <= 130
    assert next(iter(rules)).fired == ended


def test_what_the_control_plane_shows() -> None:
    given = {"after": {"updates": 1}, "times": 3, "effect": effect("cut")}
    rules = rules_with(given, {"preset": "observed-loss"})
    WrittenSession(rules).write(START)
    assert shown_of(rules) == [
        {"id": "fault-1", **given, "operation": "StartLiveTail", "fired": 0, "remaining": 3, "firedOn": []},
        {
            "id": "fault-2",
            "preset": "observed-loss",
            "operation": "StartLiveTail",
            "fired": 0,
            "remaining": None,
            "firedOn": [],
        },
    ]
    session = WrittenSession(rules, session_id="t")
    session.write(START)
    session.update(START)
    session.update(START)
    firing = {"time": START, "requestId": "request of t", "sessionId": "t"}
    assert shown_of(rules)[0].items() >= {"fired": 1, "remaining": 2, "firedOn": [firing]}.items()


def test_rules_are_removed_by_id() -> None:
    rules = rules_with(on_put("empty"), on_put("reset"))
    assert rules.remove("fault-1")
    assert not rules.remove("fault-1")
    assert [fault.rule_id for fault in rules] == ["fault-2"]
    assert add(rules, on_put("empty"), START).rule_id == "fault-3"
    rules.clear()
    assert len(rules) == 0
    assert fired_on(rules, "PutLogEvents", []) == []


def test_rules_do_not_shift_each_others_draws() -> None:
    sometimes = on_put("empty") | {"times": 0, "probability": 0.5}
    alone = rules_with(sometimes)
    fired_alone = [bool(fired_on(alone, "PutLogEvents", [])) for _ in range(100)]
    among_others = rules_with(sometimes, on_put("delay", seconds=1) | {"times": 0, "probability": 0.5})
    found = [fired_on(among_others, "PutLogEvents", []) for _ in range(100)]
    assert [Empty() in effects for effects in found] == fired_alone
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
