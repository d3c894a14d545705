import tomllib

import pytest

from livetail.core.tables import Path
from livetail.scenarios.toml_lines import TomlLines

TEXT = '''\
# a comment = 1
seed = 7

[[source]]
rate = { shape = "burst" }   # [[source]]
log_streams = [
  "a", "[[source]]",
  "b # = 1",
]
template = """
[[source]]
rate = 1
\\""" still inside
"""
"quoted" = 1

[[source]]
rate.shape = 'sine'
literal = \'\'\'
[[source]]
\'\'\'

[source.where]
log_group = "/x"

[other]
key = "[[source]]"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("seed",), 2),
        (("source",), 4),
        (("source", 1), 4),
        (("source", 1, "rate"), 5),
        (("source", 1, "rate", "shape"), 5),
        (("source", 1, "log_streams"), 6),
        (("source", 1, "template"), 10),
        (("source", 1, "quoted"), 15),
        (("source", 1, "missing"), 4),
        (("source", 2), 17),
        (("source", 2, "rate", "shape"), 18),
        (("source", 2, "literal"), 19),
        (("source", 2, "where", "log_group"), 24),
        (("other", "key"), 27),
        (("source", 3), 4),
        (("nowhere",), None),
        ((), None),
    ],
)
def test_lines(path: Path, line: int | None) -> None:
    assert tomllib.loads(TEXT)["source"][1]["rate"] == {"shape": "sine"}
    assert TomlLines(TEXT).line(path) == line


def test_windows_line_ends() -> None:
    assert TomlLines(TEXT.replace("\n", "\r\n")).line(("source", 2, "where", "log_group")) == 24


def test_inline_lists_have_the_line_of_their_key() -> None:
    lines = TomlLines("seed = 1\nsource = [\n  { rate = 1 },\n  { rate = 2 },\n]\n")
    assert lines.line(("source", 2, "rate")) == 2
