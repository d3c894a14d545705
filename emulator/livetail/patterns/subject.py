"""What patterns are matched against: the message of one log event, read at most once in each way that a pattern needs.

Many patterns are matched against one event. The JSON and the fields of its message are read when the first of them
needs them, and kept for the others. Reading never fails: a message that is not JSON is `NOT_JSON`.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Final, NoReturn

from livetail.core.unicode import utf8

if TYPE_CHECKING:
    from livetail.patterns.syntax import Pattern

Json = object
"""A JSON value: dict, list, str, bool, None, or bytes.

Bytes are a number as it is written in the message, since quoted values are compared with that text. A class of our own
would take twenty times as long to read.
"""


class NotJson(Enum):
    """The type of `NOT_JSON`."""

    NOT_JSON = 0


NOT_JSON: Final = NotJson.NOT_JSON
"""Stands for the JSON of a message that is not a JSON object or array."""

_JSON_BLANKS = " \t\r\n"
# Tabs were recorded to separate fields as blanks do; that line breaks do is a choice.
_FIELD_BLANKS = " \t\r\n"
_WORD = re.compile(rf"[^{_FIELD_BLANKS}]+")
_WORD_OR_DELIMITER = re.compile(rf'["\[]|[^{_FIELD_BLANKS}]+')
_CLOSING = {'"': '"', "[": "]"}


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a message.

    Attributes:
        texts: each without the quotation marks or brackets around it.
        starts: where each begins in the message, its delimiter included; None where all fields are words.
        end: where the last one ends, its delimiter included.
    """

    message: str
    texts: list[str]
    starts: list[int] | None
    end: int

    def rest(self, index: int) -> str:
        """The field at `index` with all that follows, as written; a single field without its delimiters."""
        if index == len(self.texts) - 1:
            return self.texts[index]
        if self.starts is None:
            start = next(islice(_WORD.finditer(self.message), index, None)).start()
        else:
            start = self.starts[index]
        return self.message[start : self.end]


class Subject:
    """A message to be matched. One thread at a time."""

    __slots__ = ("_document", "_encoded", "_fields", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._document: Json | None = None
        self._encoded: bytes | None = None
        self._fields: Fields | None = None

    @property
    def document(self) -> Json:
        """The message as JSON, if all of it is one object or array; `NOT_JSON` otherwise."""
        if self._document is None:
            self._document = _read_json(self.text)
        return self._document

    @property
    def encoded(self) -> bytes:
        """The message in UTF-8."""
        if self._encoded is None:
            self._encoded = utf8(self.text)
        return self._encoded

    @property
    def fields(self) -> Fields:
        """The fields of the message, as space-delimited patterns read them."""
        if self._fields is None:
            self._fields = split_fields(self.text)
        return self._fields


def _not_a_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_int=str.encode, parse_float=str.encode, parse_constant=_not_a_number)


def _read_json(text: str) -> Json:
    # Most messages that are not JSON show it with their first character, which is cheaper to see than an exception.
    if not text.lstrip(_JSON_BLANKS).startswith(("{", "[")):
        return NOT_JSON
    try:
        document: Json = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return NOT_JSON
    return document


def split_fields(text: str) -> Fields:
    """The words of a text, and the contents of `"..."` and `[...]`.

    Such a delimiter opens only at the start of a field, and only if it closes somewhere. Whatever follows a closing
    delimiter directly begins the next field.
    """
    if '"' not in text and "[" not in text:
        return Fields(text, _WORD.findall(text), None, len(text.rstrip(_FIELD_BLANKS)))
    texts: list[str] = []
    starts: list[int] = []
    position = 0
    # The position of the last of each closing delimiter, so that openings after it cost no search.
    last = {'"': text.rfind('"'), "[": text.rfind("]")}
    found = _WORD_OR_DELIMITER.search(text, position)
    while found is not None:
        start, position = found.span()
        field = found.group()
        if field in last:
            if last[field] > start:
                close = text.index(_CLOSING[field], position)
                field = text[position:close]
                position = close + 1
            elif (word := _WORD.match(text, start)) is not None:
                field = word.group()
                position = word.end()
        texts.append(field)
        starts.append(start)
        found = _WORD_OR_DELIMITER.search(text, position)
    return Fields(text, texts, starts, position)


@dataclass(frozen=True, slots=True, eq=False)
class Matcher:
    """A compiled filter pattern.

    Attributes:
        pattern: its text, as given.
        syntax: its parsed form.
        matches_everything: whether it passes every message, so that no message has to be read.
        matches: whether a message matches. Never raises: a message that the pattern cannot read does not match.
        extract: the values that TestMetricFilter reports for a message: the fields of a space-delimited pattern, as
            `$name` or `$1`. Empty for the other kinds, and for a message that does not match.
    """

    pattern: str
    syntax: "Pattern"
    matches_everything: bool
    matches: Callable[[Subject], bool]
    extract: Callable[[Subject], dict[str, str]]
