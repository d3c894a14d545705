"""The lines of a TOML file: `tomllib` gives the values, this gives the line of each.

It knows headers, keys, strings and brackets, and is used on text that `tomllib` has accepted. What it cannot find has
the line of the table that it is in.
"""

import re
from typing import Final

from livetail.core.tables import Path

MAX_KEY_PARTS: Final = 16
"""Parts of a dotted key; no key of a scenario has more than three."""

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_ARRAY_HEADER = re.compile(rf"\s*\[\[\s*({_DOTTED})\s*\]\]")
_HEADER = re.compile(rf"\s*\[\s*({_DOTTED})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_DOTTED})\s*=")
_TOKEN = re.compile(
    r'''"""|\'\'\'|"(?:[^"\\]|\\.)*"|'[^']*'|#.*|[\[{]|[\]}]''',
)
_CHAIN = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?|'''
    r"""'{3}(?:[^']|'(?!''))*+(?:'{3})?|"""
    r"#[^\n]*|"
    rf"(?P<long>(?:{_KEY}\s*\.\s*){{{MAX_KEY_PARTS}}})|"
    r"""[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"?|'[^'\n]*+'?""",
    re.DOTALL,
)
"""Strings, comments and words, so that a long key is found only where a key can be, in time linear in the text."""

_CLOSING = {'"""': re.compile(r'(?:[^"\\]|\\.|"(?!""))*"""'), "'''": re.compile(r"(?:[^']|'(?!''))*'''")}


class TomlLines:
    """The lines of the tables and keys of a TOML text, counted from 1."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        self._entries: dict[str, int] = {}
        self._table: Path = ()
        depth = 0
        open_string = ""
        for number, line in enumerate(text.split("\n"), 1):
            if not open_string and depth == 0:
                self._enter(line, number)
            depth, open_string = _follow(line, depth, open_string)

    def line(self, path: Path) -> int | None:
        """The line of `path`, or of the nearest thing that encloses it; None if nothing of it was found."""
        while path:
            if (line := self._lines.get(path)) is not None:
                return line
            path = path[:-1]
        return None

    def _enter(self, line: str, number: int) -> None:
        if found := _ARRAY_HEADER.match(line):
            name, *rest = _split(found[1])
            if not rest:
                self._entries[name] = self._entries.get(name, 0) + 1
                self._lines.setdefault((name,), number)
            self._table = (name, self._entries.get(name, 1), *rest)
        elif found := _HEADER.match(line):
            name, *rest = _split(found[1])
            # `[source.rate]` belongs to the latest `[[source]]`.
            self._table = (name, self._entries[name], *rest) if name in self._entries else (name, *rest)
        elif found := _ASSIGNMENT.match(line):
            path = (*self._table, *_split(found[1]))
            for end in range(len(self._table) + 1, len(path) + 1):
                self._lines.setdefault(path[:end], number)
            return
        else:
            return
        self._lines.setdefault(self._table, number)


def _split(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(_KEY, dotted)]


def _follow(line: str, depth: int, open_string: str) -> tuple[int, str]:
    """How many brackets, and which multi-line string, are open behind `line`."""
    position = 0
    while True:
        if open_string:
            closing = _CLOSING[open_string].match(line, position)
            if closing is None:
                return depth, open_string
            position, open_string = closing.end(), ""
        token = _TOKEN.search(line, position)
        if token is None:
            return max(depth, 0), ""
        position = token.end()
        match token[0]:
            case '"""' | "'''":
                open_string = token[0]
            case "[" | "{":
                depth += 1
            case "]" | "}":
                depth -= 1


def find_long_key(text: str) -> int | None:
    """The line of the first dotted key of more than `MAX_KEY_PARTS` parts; None if there is none."""
    for token in _CHAIN.finditer(text):
        if token["long"]:
            return text.count("\n", 0, token.start()) + 1
    return None
