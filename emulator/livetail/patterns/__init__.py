"""The filter pattern language of CloudWatch Logs: what a pattern means, and whether a message matches it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html describes the language, and
`docs/filter-patterns.md` what was recorded or chosen beyond that. A pattern is compiled once; one `Subject` holds a
message, which is parsed once for all patterns:

    matcher = compile('{ $.level = "ERROR" }')
    matcher.matches(Subject('{"level": "ERROR"}'))

There is a module for each kind of pattern: `terms_pattern`, `json_pattern` and `space_pattern`.
"""

from functools import lru_cache

from livetail.patterns.matcher import InvalidPatternError, Matcher
from livetail.patterns.subject import Subject

__all__ = ["InvalidPatternError", "Matcher", "Subject", "compile"]

_MAX_CACHED = 64


@lru_cache(maxsize=_MAX_CACHED)
def compile(pattern: str) -> Matcher:
    """A matcher for the pattern; equal patterns share one while it is among the latest ones.

    The first character decides the kind of the pattern. Blanks before it are not stripped: AWS refuses
    ` {$.ThisFlag IS TRUE} ` (observed). The length is not checked here: the limit of 1,024 characters belongs to the
    parameters of the API.

    Raises:
        InvalidPatternError: AWS would refuse the pattern.
    """
    # Imported late: the parsers take several milliseconds to load, and many runs have no pattern.
    if pattern.startswith("{"):
        from livetail.patterns.json_pattern import compile_json

        return compile_json(pattern)
    if pattern.startswith("["):
        from livetail.patterns.space_pattern import compile_space

        return compile_space(pattern)
    from livetail.patterns.terms_pattern import compile_terms

    return compile_terms(pattern)
