"""From the text of a pattern to a matcher: which kind it is, and the parser and the builder of that kind."""

from collections.abc import Callable

from livetail.patterns.decisions import DECISIONS, Decisions
from livetail.patterns.errors import InvalidPatternError
from livetail.patterns.json_pattern import build_json, extract_json, parse_json
from livetail.patterns.matcher import Matcher
from livetail.patterns.scanner import BLANKS, Scanner
from livetail.patterns.space_pattern import build_space, extract_space, parse_space
from livetail.patterns.subject import Subject
from livetail.patterns.syntax import JsonPattern, Pattern, Terms
from livetail.patterns.terms_pattern import build_terms, parse_terms

__all__ = ["build", "parse"]

_CLOSING = {"{": "}", "[": "]"}


def parse(pattern: str, decisions: Decisions = DECISIONS) -> Pattern:
    """The parsed form of the pattern. Its first character decides what kind it is.

    Raises:
        InvalidPatternError: AWS would refuse the pattern.
    """
    start, end = 0, len(pattern)
    if decisions.strip_blanks_around_brackets:
        end = len(pattern.rstrip(BLANKS))
        start = end - len(pattern[:end].lstrip(BLANKS))
    opening = pattern[start : start + 1]
    closing = _CLOSING.get(opening)
    if closing is None:
        return parse_terms(pattern, decisions)
    if end - start < 2 or pattern[end - 1] != closing:
        raise _unclosed(pattern, opening, closing)
    parse_inside = parse_json if opening == "{" else parse_space
    return parse_inside(Scanner(pattern, decisions, start=start + 1, end=end - 1))


def _unclosed(pattern: str, opening: str, closing: str) -> InvalidPatternError:
    answer = f"If a filter pattern starts with '{opening}' it must end with '{closing}'"
    stripped = pattern.rstrip(BLANKS)
    if len(stripped) > 1 and stripped.endswith(closing):
        reason = f"nothing may follow the closing {closing!r}, not even a blank"
    else:
        reason = f"a pattern that begins with {opening!r} must end with {closing!r}"
        stripped = pattern
    return InvalidPatternError(len(stripped) + 1, reason, text=answer)


def build(pattern: str, decisions: Decisions = DECISIONS) -> Matcher:
    """A matcher for the pattern.

    Raises:
        InvalidPatternError: AWS would refuse the pattern.
    """
    syntax = parse(pattern, decisions)
    extract: Callable[[Subject], dict[str, str]]
    if isinstance(syntax, Terms):
        matches, extract = build_terms(syntax, decisions), _nothing
    elif isinstance(syntax, JsonPattern):
        matches, extract = build_json(syntax, decisions), extract_json(syntax)
    else:
        matches, extract = build_space(syntax, decisions), extract_space(syntax, decisions)
    if matches is None:
        return Matcher(pattern, syntax, True, _everything, extract)
    return Matcher(pattern, syntax, False, matches, _if_matching(matches, extract))


def _everything(subject: Subject) -> bool:
    return True


def _nothing(subject: Subject) -> dict[str, str]:
    return {}


def _if_matching(
    matches: Callable[[Subject], bool], extract: Callable[[Subject], dict[str, str]]
) -> Callable[[Subject], dict[str, str]]:
    return lambda subject: extract(subject) if matches(subject) else {}
