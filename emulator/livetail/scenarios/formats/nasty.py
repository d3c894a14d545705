"""Lines that viewers often show wrongly: colours, wide and combining characters, controls, very long ones."""

from livetail.scenarios.formats.base import Format, iso_time
from livetail.scenarios.traffic import one_of, weighted

LONG_LINE_BYTES = 200_000

_PRETTY_JSON = """{
  "level": "ERROR",
  "message": "pretty-printed \\"JSON\\"",
  "nested": {
    "list": [1, 2.50, -3e10, null, true],
    "empty": {}
  }
}"""

# `#` stands for the number of the line.
_LINES: tuple[str, ...] = weighted(
    ("\x1b[32mINFO\x1b[0m \x1b[1mbold\x1b[22m \x1b[38;5;208m256 colours\x1b[0m #", 4),
    ("\x1b[48;2;10;20;30mtrue colour\x1b[0m #", 2),
    ("\x1b[31mERROR a colour that is never reset #", 2),
    ("\x1b[2J\x1b[H\x1b]0;title of the terminal\x07\x1b[?25l a screen that is cleared #", 2),
    ("emoji 🚀 🇨🇭 👩‍👩‍👧‍👦 👍🏽 1️⃣ #", 5),
    ("漢字かな交じり文、全角１２３ 한국어 繁體中文 #", 5),
    ("e\u0301 a\u0308 Z\u0351\u036b\u0343a\u0363\u0349l\u0368g\u0310o combining characters #", 2),
    ("\tone\ttab\teach\t#", 3),
    ("\u202eright to left override\u202c \u2067isolate\u2069 עברית العربية #", 4),
    ("NUL \x00 BEL \x07 BS \x08\x08 VT \x0b FF \x0c DEL \x7f NEL \x85 LS \u2028 PS \u2029 #", 3),
    ("one line\r\nand another\nand the last #\n", 3),
    ("overwritten\rby a carriage return #", 2),
    (_PRETTY_JSON, 5),
    ('{"truncated": {"json": [1, 2, "#', 2),
    ("<script>alert('#')</script> &amp; <b>bold</b> \"quoted\" \\ ` $(id) %s {} #", 4),
    ("https://example.com/a?b=c&d=%20#e \u00a0\u200b\ufeffblanks that are not seen #", 2),
    ("   leading and trailing blanks #   ", 2),
    ("LONG", 1),
)


class NastyFormat(Format):
    def message(self, instant: int, stream: int) -> str:
        self._count += 1
        line = one_of(self._random, _LINES)
        if line == "LONG":
            return f"{iso_time(instant)} {'a long line ' * (LONG_LINE_BYTES // 12)}"
        if line is _PRETTY_JSON:
            return line  # as it is, so that a JSON pattern matches it
        return f"{iso_time(instant)} {line.replace('#', str(self._count))}"
