"""The filter pattern language of CloudWatch Logs: what a pattern means, and whether a message matches it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html describes the language, and
`docs/filter-patterns.md` what was recorded or chosen beyond that. A pattern is compiled once, to functions; one
`Subject` holds a message, which is parsed once for all patterns:

    matcher = compile('{ $.level = "ERROR" }')
    matcher.matches(Subject('{"level": "ERROR"}'))

`terms_pattern`, `json_pattern` and `space_pattern` are the kinds of pattern, `regex` the regular expressions in them.
`compiler` joins them and is loaded with the first pattern. `explain` gives the reasons why a message matches or not.
"""

from functools import lru_cache

from livetail.patterns.errors import InvalidPatternError
from livetail.patterns.subject import Matcher, Subject

__all__ = ["InvalidPatternError", "Matcher", "Subject", "compile"]

_MAX_CACHED = 64


@lru_cache(maxsize=_MAX_CACHED)
def compile(pattern: str) -> Matcher:
    """A matcher for the pattern; equal patterns share one while it is among the latest ones.

    The length is not checked here: the limit of 1,024 characters belongs to the parameters of the API.

    Raises:
        InvalidPatternError: AWS would refuse the pattern.
    """
    # Imported late: the parsers take several milliseconds to load, and many runs have no pattern.
    from livetail.patterns.compiler import build

    return build(pattern)
