"""Filter patterns against the naive matcher, and with whatever people may type."""

from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from livetail.patterns import InvalidPatternError, Subject, compile
from livetail.patterns.matcher import Finding
from tests.property.pattern_naive import fields_match, json_matches, regex_finds, terms_match
from tests.property.pattern_trees import (
    fields_and_entries,
    json_conditions,
    json_text,
    json_trees,
    messages,
    terms,
    write_terms,
)

modest = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])


def verdict(pattern: str, message: str) -> bool:
    """The result of the real matcher."""
    matcher = compile(pattern)
    matched = matcher.matches(Subject(message))
    assert matched or not matcher.matches_everything
    return matched


def explained(pattern: str, message: str) -> tuple[bool, Iterator[Finding], str | None]:
    """The verdict, with what explains it."""
    explanation = compile(pattern).explain(Subject(message))
    assert explanation.matches is verdict(pattern, message)
    return explanation.matches, iter(explanation.findings), explanation.note


def joined(tree: Any, found: Iterator[Finding]) -> bool:
    """The verdict of the findings, joined as in the tree."""
    kind, content = tree
    if kind == "leaf":
        return content == "any" or bool(next(found).holds)
    results = [joined(part, found) for part in content]
    return all(results) if kind == "and" else any(results)


@modest
@given(st.data())
def test_terms(data: st.DataObject) -> None:
    items = data.draw(terms)
    message = data.draw(messages)
    matched, found, _ = explained(data.draw(write_terms(items)), message)
    assert matched is terms_match(items, message)
    counted = [finding for finding in found if finding.holds is not None]
    combine = any if counted and counted[0].condition.startswith("?") else all
    assert matched is combine(finding.holds for finding in counted)


@modest
@given(st.data())
def test_json(data: st.DataObject) -> None:
    condition, pattern = data.draw(json_conditions())
    tree = data.draw(json_trees)
    matched, found, _ = explained(pattern, json_text(tree, data.draw))  # type: ignore[arg-type]
    assert matched is json_matches(condition, tree) is joined(condition, found)


@modest
@given(fields_and_entries())
def test_space(drawn: tuple[list[Any], str, list[Any], list[str], str]) -> None:
    entries, pattern, fields, between, message = drawn
    matched, found, note = explained(pattern, message)
    assert matched is fields_match(entries, fields, between)
    if note is not None and note.startswith("the message has "):
        assert not matched
    else:
        results = [joined(entry, found) for entry in entries if entry != "..."]
        assert matched is all(results)


fragments = st.sampled_from(
    [
        "{",
        "}",
        "[",
        "]",
        "$.a",
        "$",
        ".*",
        "[*]",
        "[0]",
        "['k k']",
        " = ",
        "!=",
        ">=",
        "<",
        "&&",
        " || ",
        "(",
        ")",
        '"',
        "\\",
    ]
    + ["%", "ERROR", "1e9", "4*", " ", "-", "?", ",", "...", " IS NULL", " NOT EXISTS", "é", "\ud800", "\n", "{2,3}"]
    + ["^", "\\d", "[a-z]", "|", ".", "+", "{ $.a = ", " }", "[w = ", "%a%", '"q"', "1e99999999999999999999"]
)
patterns = st.one_of(
    st.text(max_size=40),
    st.lists(fragments, max_size=14).map("".join),
    st.lists(fragments, max_size=14).map(lambda parts: "{" + "".join(parts) + "}"),
    st.lists(fragments, max_size=14).map(lambda parts: "[" + "".join(parts) + "]"),
    st.lists(fragments, max_size=14).map(lambda parts: "%" + "".join(parts) + "%"),
)
any_message = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=60),
    st.sampled_from(
        ['{"a": 1, "k k": [null, "x"]}', "[1, [2]]", '{"a": 1e9999999999}', '"a b" [c d] 404 ERROR 1', "{" * 9]
    ),
)


@settings(max_examples=80)
@given(patterns, any_message)
@example("{" + "(" * 1_022 + "}", "")
@example("{" + "$.a=1&&(" * 127 + "}", "{}")
@example("[" + "," * 1_022 + "]", "a b")
@example('"' + "\\" * 1_023, "")
@example("?" * 1_024, "")
@example("-" * 1_024, "")
@example("%" + "[" * 1_022 + "%", "")
@example("{ $" + ".a" * 500 + " = 1 }", '{"a":' * 500 + "1" + "}" * 500)
def test_a_pattern_is_refused_or_works(pattern: str, message: str) -> None:
    try:
        matcher = compile(pattern)
    except InvalidPatternError as error:
        assert 1 <= error.column <= len(pattern) + 1
        error.message().encode("latin-1")
        assert str(error).startswith(f"column {error.column}: ")
        return
    if verdict(pattern, message):
        assert all(type(value) is str for value in matcher.extract(Subject(message)).values())


long_atoms = st.tuples(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\w", "^", "$"]),
    st.sampled_from(["{7}", "{0,9}", "{1,9}", "{6,}", "?", "*", ""]),
).map(lambda drawn: drawn[0] if drawn[0] in "^$" else "".join(drawn))
long_bodies = st.lists(st.lists(long_atoms, min_size=3, max_size=5).map("".join), min_size=1, max_size=2).map("|".join)


@modest
@given(long_bodies, st.text("ab1\né", max_size=24))
def test_expressions_of_many_positions(body: str, message: str) -> None:
    """RE2 gets these in another form."""
    try:
        assert verdict(f"%{body}%", message) is regex_finds(body, message)
    except InvalidPatternError as error:
        assert error.message() == "Regular expression evaluation time exceeded allowed limit"


hostile_bodies = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", ".", "[ab]", r"\w", r"\W", "[^b]"]),
        st.sampled_from(["*", "+", "?", "{300}", "{0,300}", "{1000}", "*?", ""]),
    ),
    min_size=1,
    max_size=12,
).map(lambda parts: "".join(atom + quantifier for atom, quantifier in parts))


@settings(max_examples=30)
@given(
    st.lists(hostile_bodies, min_size=1, max_size=3).map("|".join), st.sampled_from(["", "$", "x$"]), st.integers(0, 9)
)
@example("a*" * 15, "x$", 0)
@example("a?" * 300, "a{300}x", 0)
def test_no_expression_hangs(body: str, end: str, step: int) -> None:
    long_message = ("a" * 7 + "b" * (step % 3)) * 30_000
    # A time that grew with the square of the message would end in the timeout of the suite.
    try:
        compile(f"%{body}{end}%").matches(Subject(long_message[:30_000]))
    except InvalidPatternError as error:
        assert error.message() == "Regular expression evaluation time exceeded allowed limit"
