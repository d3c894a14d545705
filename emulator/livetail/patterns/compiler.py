"""Compiles the text of a pattern: finds its kind, then calls the parser and the builder of that kind.

The kind is found without stripping blanks: AWS refuses ` {$.ThisFlag IS TRUE} ` (observed).
"""

from collections.abc import Callable

from livetail.patterns.errors import InvalidPatternError
from livetail.patterns.json_pattern import RESERVED_WORDS as JSON_RESERVED
from livetail.patterns.json_pattern import build_json, parse_json
from livetail.patterns.scanner import (
    BLANKS,
    JSON_TOKEN,
    SPACE_TOKEN,
    UNFINISHED_JSON_TOKEN,
    UNFINISHED_SPACE_TOKEN,
    Scanner,
    first_invalid_term,
)
from livetail.patterns.space_pattern import RESERVED_WORDS as SPACE_RESERVED
from livetail.patterns.space_pattern import Layout, build_space, parse_space
from livetail.patterns.subject import Matcher, Subject
from livetail.patterns.syntax import JsonPattern, Pattern, SpacePattern, Terms
from livetail.patterns.terms_pattern import build_terms, parse_terms

_CLOSING = {"{": "}", "[": "]"}


def parse(pattern: str) -> Pattern:
    """The parsed form of the pattern. Its first character decides what kind it is.

    Raises:
        InvalidPatternError: AWS would refuse the pattern.
    """
    opening = pattern[:1]
    closing = _CLOSING.get(opening)
    if closing is None:
        return parse_terms(pattern)
    if len(pattern) < 2 or pattern[-1] != closing:
        raise _unclosed(pattern, opening, closing)
    is_json = opening == "{"
    scanner = Scanner(pattern, 1, len(pattern) - 1, reserved_words=JSON_RESERVED if is_json else SPACE_RESERVED)
    try:
        syntax: Pattern = parse_json(scanner) if is_json else parse_space(scanner)
    except InvalidPatternError as error:
        tokens = (JSON_TOKEN, UNFINISHED_JSON_TOKEN) if is_json else (SPACE_TOKEN, UNFINISHED_SPACE_TOKEN)
        term = first_invalid_term(pattern, 1, *tokens)
        raise (error if term is None else error.with_term(term)) from None
    if scanner.limit_error:
        raise scanner.limit_error
    return syntax


def _unclosed(pattern: str, opening: str, closing: str) -> InvalidPatternError:
    text = f"If a filter pattern starts with '{opening}' it must end with '{closing}'"
    stripped = pattern.rstrip(BLANKS)
    if len(stripped) > 1 and stripped.endswith(closing):
        reason = f"nothing may follow the closing {closing!r}, not even a blank"
        return InvalidPatternError(len(stripped) + 1, reason, text=text)
    reason = f"a pattern that begins with {opening!r} must end with {closing!r}"
    return InvalidPatternError(len(pattern) + 1, reason, text=text)


def build(pattern: str) -> Matcher:
    """A matcher for the pattern.

    Raises:
        InvalidPatternError: AWS would refuse the pattern.
    """
    syntax = parse(pattern)
    matches = _test(syntax)
    extract = Layout(syntax).extract if isinstance(syntax, SpacePattern) else _nothing
    if matches is None:
        return Matcher(pattern, syntax, True, _everything, extract)
    return Matcher(pattern, syntax, False, matches, lambda subject: extract(subject) if matches(subject) else {})


def _test(syntax: Pattern) -> Callable[[Subject], bool] | None:
    if isinstance(syntax, Terms):
        return build_terms(syntax)
    return build_json(syntax) if isinstance(syntax, JsonPattern) else build_space(syntax)


def _everything(subject: Subject) -> bool:
    return True


def _nothing(subject: Subject) -> dict[str, str]:
    return {}
