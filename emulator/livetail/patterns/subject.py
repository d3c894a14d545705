"""The message of one log event that patterns are matched against; its JSON and its fields are each read at most once.

Many patterns are matched against one event. The JSON and the fields of its message are read when the first of them
needs them, and kept for the others. Reading never fails: a message that is not JSON is `NOT_JSON`.
"""

import json
import re
from typing import Final, NoReturn

from livetail.core.unicode import utf8

Json = object
"""A JSON value: dict, list, str, bool, None, or bytes.

Bytes are a number as it is written in the message, since quoted values are compared with that text. A class of our own
would take twenty times as long to read.
"""

NOT_JSON: Final = object()
"""Stands for the JSON of a message that is not a JSON object or array."""

_JSON_BLANKS = " \t\r\n"
# Tabs were recorded to separate fields as blanks do; that line breaks do is a choice.
_FIELD_BLANKS = " \t\r\n"
_WORD = re.compile(rf"[^{_FIELD_BLANKS}]+")
_STRING_OR_WORD = re.compile(rf'"[^"]*"|[^{_FIELD_BLANKS}]+')
# A bracket that is not closed takes the rest of the text, so that its end is not searched for repeatedly.
_FIELD = re.compile(rf'"[^"]*"|\[[^\]]*\]?|[^{_FIELD_BLANKS}]+')
_CLOSING = {'"': '"', "[": "]"}


class Fields:
    """The words of a message, and the contents of `"..."` and `[...]`.

    Such a delimiter opens only at the start of a field, and only if it closes somewhere. Text directly after a closing
    delimiter begins the next field. `texts` are the fields without these delimiters.
    """

    __slots__ = ("_message", "_written", "texts")

    def __init__(self, message: str) -> None:
        self._message = message
        self.texts: list[str]
        if '"' not in message and "[" not in message:
            self.texts = self._written = _WORD.findall(message)
            return
        written = _FIELD.findall(message)
        if written and written[-1][0] == "[" and written[-1][-1] != "]":
            written += _STRING_OR_WORD.findall(written.pop())
        self._written = written
        self.texts = [
            field[1:-1] if len(field) > 1 and _CLOSING.get(field[0]) == field[-1] else field for field in written
        ]

    def rest(self, index: int) -> str:
        """The field at `index` with all that follows, as written; a single field without its delimiters."""
        if index == len(self.texts) - 1:
            return self.texts[index]
        end = 0
        for field in self._written[:index]:
            end = self._message.index(field, end) + len(field)
        return self._message[end:].strip(_FIELD_BLANKS)


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
            self._fields = Fields(self.text)
        return self._fields


def _not_a_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_int=str.encode, parse_float=str.encode, parse_constant=_not_a_number)


def _read_json(text: str) -> Json:
    # Most messages that are not JSON can be recognized by their first character, which costs less than an exception.
    if not text.lstrip(_JSON_BLANKS).startswith(("{", "[")):
        return NOT_JSON
    try:
        document: Json = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return NOT_JSON
    return document
