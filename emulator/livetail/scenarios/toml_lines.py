"""The lines of a TOML file: `tomllib` gives the values, this gives the line of each.

It recognizes headers, keys, strings and brackets. A key that it cannot find gets the line of its table. The lines of a
text that is not TOML have no meaning.
"""

import re
from typing import Final

from livetail.core.tables import Path

MAX_KEY_PARTS: Final = 16
"""Parts of a dotted key; no key of a scenario has more than three."""

_PART: Final = r"""[A-Za-z0-9_-]++|"(?:[^"\\\n]++|\\.)*+"?|'[^'\n]*+'?"""
_TOKEN: Final = re.compile(
    r'''"""(?:[^"\\]++|\\.|"(?!""))*+(?:""")?|'''
    r"""'{3}(?:[^']++|'(?!''))*+(?:'{3})?|"""
    rf"(?P<key>(?:{_PART})(?:\s*+\.\s*+(?:{_PART})){{0,{MAX_KEY_PARTS}}}+)|"
    r"#[^\n]*|\[\[?|\{|[\]}]",
    re.DOTALL,
)
"""Keys, brackets, and all that can contain their characters. The time of the search is linear in the text."""


class TomlLines:
    """The lines of the tables and keys of a TOML text, counted from 1.

    Attributes:
        long_key: the line of the first dotted key of more than `MAX_KEY_PARTS` parts; None if there is none.
    """

    def __init__(self, text: str) -> None:
        self.long_key: int | None = None
        self._lines: dict[Path, int] = {}
        self._entries: dict[str, int] = {}
        self._table: Path = ()
        header = ""
        number, depth, end = 1, 0, 0
        for token in _TOKEN.finditer(text):
            between = text.count("\n", end, token.start())
            number += between
            begins_line = depth == 0 and (between > 0 or end == 0)
            end = token.end()
            if token["key"]:
                parts = [part.strip("\"'") for part in re.findall(_PART, token["key"])]
                if len(parts) > MAX_KEY_PARTS:
                    self.long_key = self.long_key or number
                if header:
                    self._enter_table(parts, number, is_entry=header == "[[")
                    header = ""
                elif begins_line:
                    for length in range(1, len(parts) + 1):
                        self._lines.setdefault((*self._table, *parts[:length]), number)
            elif token[0] in ("[", "[[", "{"):
                header = token[0] if begins_line else ""
                depth += len(token[0])
            elif token[0] in ("]", "}"):
                depth -= 1
            number += token[0].count("\n")

    def line(self, path: Path) -> int | None:
        """The line of `path`, or of the nearest table that contains it; None if none was found."""
        while path:
            if (line := self._lines.get(path)) is not None:
                return line
            path = path[:-1]
        return None

    def _enter_table(self, parts: list[str], number: int, *, is_entry: bool) -> None:
        name, *rest = parts
        if is_entry and not rest:
            self._entries[name] = self._entries.get(name, 0) + 1
            self._lines.setdefault((name,), number)
        # `[source.rate]` belongs to the latest `[[source]]`.
        self._table = (name, self._entries[name], *rest) if name in self._entries else (name, *rest)
        self._lines.setdefault(self._table, number)
