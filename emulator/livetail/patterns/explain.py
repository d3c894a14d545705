"""Why a message matches a pattern, or why it does not: what each condition found.

The result and the conditions are evaluated with the matcher's own functions; this module only adds the text.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from livetail.core.unicode import well_formed
from livetail.patterns import Matcher, Subject, compile, json_conditions, space_pattern
from livetail.patterns.subject import NOT_JSON, Json
from livetail.patterns.syntax import (
    And,
    Check,
    Comparison,
    Condition,
    JsonPattern,
    Leaf,
    Or,
    Selector,
    SpacePattern,
    Terms,
)
from livetail.patterns.terms_pattern import build_term, counted_items, find_term

_MAX_SHOWN = 60
_MAX_VALUES = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What one condition, or one term, found in a message.

    Attributes:
        condition: as pattern text, such as `$.status >= 500` or `-DEBUG`.
        holds: None for optional terms beside others, which are ignored.
        reason: what was found, as a part of a sentence: `"503" is a string`.
    """

    condition: str
    holds: bool | None
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a message matches a pattern or not.

    Attributes:
        findings: each condition or term, in the order of the pattern. Empty if `note` has the reason why none was
            tried.
        note: the reason for the result instead of conditions, such as that the message is not JSON.
        extracted: the fields of the message as TestMetricFilter names them (`$ip`, `$3`), also where it does not match;
            empty for patterns that are not space-delimited.
    """

    kind: Literal["terms", "json", "space"]
    matches: bool
    findings: tuple[Finding, ...] = ()
    note: str | None = None
    extracted: dict[str, str] = field(default_factory=dict)


def explain(pattern: str, message: str) -> Explanation:
    """Explain why a pattern matches one message or not.

    Raises:
        InvalidPatternError: AWS would refuse the pattern; its `column`, `reason` and `message()` say why.
    """
    matcher = compile(pattern)
    subject = Subject(message)
    matches = matcher.matches(subject)
    if isinstance(matcher.syntax, Terms):
        return _explain_terms(matcher.syntax, subject, matches)
    if isinstance(matcher.syntax, JsonPattern):
        return _explain_json(matcher.syntax, subject, matches)
    return _explain_space(matcher.syntax, subject, matches)


def found_terms(matcher: Matcher, encoded: bytes) -> list[tuple[int, int]]:
    """The spans (start, end) in bytes of a pattern's terms in a message in UTF-8, from left to right, without overlaps.

    Empty for patterns of other kinds, and for terms that are excluded or ignored.
    """
    spans: list[tuple[int, int]] = []
    for item in counted_items(matcher.syntax) if isinstance(matcher.syntax, Terms) else ():
        if item.marker != "-":
            spans += find_term(item.value, encoded)
    apart: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def _explain_terms(terms: Terms, subject: Subject, matches: bool) -> Explanation:
    if not terms.items:
        return Explanation("terms", matches, note="an empty pattern matches every message")
    counted = counted_items(terms)
    findings = []
    for item in terms.items:
        found = build_term(item.value)(subject)
        holds: bool | None = found is not (item.marker == "-")
        reason = "found" if found else "not found"
        if item not in counted:
            holds, reason = None, "ignored, as optional terms count only where all terms are optional"
        findings.append(Finding(str(item), holds, reason))
    return Explanation("terms", matches, tuple(findings))


def _explain_json(pattern: JsonPattern, subject: Subject, matches: bool) -> Explanation:
    root = subject.document
    if root is NOT_JSON:
        return Explanation("json", matches, note="the message is not a JSON object or array")
    findings = [
        Finding(str(leaf), json_conditions.build_leaf(leaf)(root), _json_reason(leaf, root))
        for leaf in _leaves(pattern.condition)
    ]
    return Explanation("json", matches, tuple(findings))


def _json_reason(leaf: Leaf, root: Json) -> str:
    assert not isinstance(leaf, str) and isinstance(leaf.subject, Selector)
    selector = leaf.subject
    nodes = list(json_conditions.find_all(selector)(root))
    asks_for_absence = isinstance(leaf, Check) and leaf.check == "NOT EXISTS"
    if not nodes:
        return "the message is an array" if asks_for_absence and type(root) is list else f"{selector} is not there"
    if len(nodes) > 1 or selector.has_wildcard:
        more = ", …" if len(nodes) > _MAX_VALUES else ""
        return f"{len(nodes)} found: {', '.join(_shown(node) for node in nodes[:_MAX_VALUES])}{more}"
    is_equality = isinstance(leaf, Comparison) and leaf.operator in ("=", "!=")
    if type(nodes[0]) is str and not is_equality and not asks_for_absence:
        return f"{_shown(nodes[0])} is a string"
    return f"it is {_shown(nodes[0])}"


def _explain_space(pattern: SpacePattern, subject: Subject, matches: bool) -> Explanation:
    count, asked_for = len(subject.fields.texts), len(pattern.fields)
    if count < asked_for:
        note = f"the message has {count} of the {asked_for} fields that the pattern needs"
        return Explanation("space", matches, note=note)
    extracted = {name: well_formed(text) for name, text in space_pattern.extract(pattern, subject).items()}
    findings = []
    for index, field_ in space_pattern.entries(pattern):
        text = space_pattern.field_text(pattern, subject, index)
        for leaf in _leaves(field_.condition) if field_.condition else ():
            if not isinstance(leaf, str):
                holds = space_pattern.build_leaf(leaf)(text)
                findings.append(Finding(str(leaf), holds, f"it is {_shown(text)}"))
    no_conditions = None if findings else "the pattern has no conditions, and the message has enough fields"
    return Explanation("space", matches, tuple(findings), no_conditions, extracted)


def _leaves(condition: Condition) -> Iterator[Leaf]:
    if isinstance(condition, And | Or):
        for operand in condition.operands:
            yield from _leaves(operand)
    else:
        yield condition


def _shown(node: Json) -> str:
    """A value in a few characters."""
    if isinstance(node, dict):
        return "an object"
    if isinstance(node, list):
        return "an array"
    if isinstance(node, str):
        node = node[: _MAX_SHOWN + 1]  # the rest is not shown, and may be long
    text = node.decode() if isinstance(node, bytes) else well_formed(json.dumps(node, ensure_ascii=False))
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
