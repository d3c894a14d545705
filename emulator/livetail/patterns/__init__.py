"""The filter pattern language of CloudWatch Logs: what a pattern means, and whether a message matches it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html describes the language. A pattern
is compiled once, to functions; one `Subject` stands for a message and is read once for all patterns that look at it:

    matcher = compile('{ $.level = "ERROR" }')
    matcher.matches(Subject('{"level": "ERROR"}'))

`terms_pattern`, `json_pattern` and `space_pattern` are the three kinds of pattern, `regex` what all of them may hold.
`compiler` has them all; it is loaded with the first pattern. What AWS leaves open is decided in `decisions`.
`docs/filter-patterns.md` describes the language to users.
"""

from livetail.patterns.errors import InvalidPatternError
from livetail.patterns.matcher import Matcher, compile
from livetail.patterns.subject import Subject

__all__ = ["InvalidPatternError", "Matcher", "Subject", "compile"]
