"""Regular expressions: one row for each documented construct, and for each that RE2 has and AWS does not."""

import subprocess
import sys
from pathlib import Path

import pytest

from livetail.patterns import compile
from tests.unit.patterns.tables import matches, refusal

FINDS = [
    ("anywhere", "AUTHORIZED", "[ERROR 401] UNAUTHORIZED REQUEST"),
    ("start", "^[hc]at", "cat"),
    ("end", "[hc]at$", "a hat"),
    ("at most once", "colou?r", "color"),
    ("at most once, there", "colou?r", "colour"),
    ("any number, none", "ab*c", "ac"),
    ("any number", "ab*c", "abbbc"),
    ("at least once", "ab+c", "abbc"),
    ("exactly", "^a{3}$", "aaa"),
    ("at least", "^a{2,}$", "aaaa"),
    ("at most", "^ba{,2}$", "b"),
    ("between", "^a{3,5}$", "aaaa"),
    ("leading zeros", "^a{003,05}$", "aaaa"),
    ("unanchored quantifier", "a{3,5}", "aaaaaaa"),
    ("class", "[abc]", "b"),
    ("range and character", "[abcx-z]", "y"),
    ("negated class", "^[^a]$", "b"),
    ("negated class and a line feed", "^[^a]$", "\n"),
    ("hyphen last in a class", "^[a-]$", "-"),
    ("hyphen first in a class", "^[-a]$", "-"),
    ("bracket first in a class", "^[]a]$", "]"),
    ("bracket first in a negated class", "^[^]]$", "a"),
    ("opening bracket in a class", "^[[a]$", "["),
    ("operators in a class", "^[.*+?{}|$]+$", ".*+?{}|$"),
    ("range to a hyphen", "^[+--]$", ","),
    ("two hyphens at the end of a class", "^[a--]$".replace("a-", "+-"), "-"),
    ("caret later in a class", "^[a^]$", "^"),
    ("escape in a class", r"^[\]\\]+$", "]\\"),
    ("digits in a class", r"^[\d_]+$", "1_"),
    ("hexadecimal range", r"^[\x41-\x43]+$", "ABC"),
    ("alternation", "gra|ey", "grey"),
    ("alternation is of the whole", "^a|b$", "cb"),
    ("empty alternative", "a|", "x"),
    ("any character", "^.at$", "hat"),
    ("any character, a line feed", "^a.b$", "a\nb"),
    ("any character, beyond ASCII", "^.$", "é"),
    ("any character, beyond the BMP", "^.$", "\U0001f600"),
    ("any character, half a pair", "^.$", "\ud800"),
    ("digit", r"^\d$", "7"),
    ("no digit", r"^\D$", "x"),
    ("white space", r"^\s\s\s$", " \t\n"),
    ("no white space", r"^\S$", "x"),
    ("word character", r"^\w\w\w$", "a_1"),
    ("no word character", r"^\W$", "-"),
    ("no word character, beyond ASCII", r"^\W$", "é"),
    ("hexadecimal", r"\x3A", ":"),
    ("hexadecimal, lower case", r"^\x3a$", ":"),
    ("hexadecimal parenthesis", r"\x28x\x29", "f(x)"),
    ("hexadecimal operator", r"^\x2a$", "*"),
    ("escaped operators", r"^\^\$\?\[\]\{\}\|\\\*\+\.$", r"^$?[]{}|\*+."),
    ("escaped symbols", r"^\/\-\:$", "/-:"),
    ("symbols", "^:_#=@/;,-$", ":_#=@/;,-"),
    ("blank", "^shutting down", "shutting down"),
    ("stray closing bracket and brace", "^]}$", "]}"),
    ("lazy quantifier", "^a.*?b$", "acb"),
    ("lazy repetition", "^a{1,2}?b$", "aab"),
    ("empty text", "^$", ""),
]

IGNORES = [
    ("case", "authorized", "UNAUTHORIZED"),
    ("start of a line is not the start", "^b", "a\nb"),
    ("end of a line is not the end", "a$", "a\nb"),
    ("end before a last line feed", "a$", "a\n"),
    ("too few", "^a{3,5}$", "aa"),
    ("too many", "^a{3,5}$", "aaaaaa"),
    ("more than at most", "^ba{,2}$", "baaa"),
    ("none of at least one", "ab+c", "ac"),
    ("outside the class", "[a-z]", "M"),
    ("digits are ASCII", r"\d", "٣"),
    ("word characters are ASCII", r"\w", "é"),
    ("a full stop that is escaped", r"10\.10\.0\.1", "10010,051"),
    ("neither alternative", "gra|ey", "groy"),
]

NOT_COMPILED = "Failed to compile regular expression."

REFUSED = [
    ("group", "time(out|d out)", 6, "Invalid character(s) in term '%time('"),
    ("end of a group", "a)", 3, "Invalid character(s) in term '%a)'"),
    ("escaped parenthesis", r"a\(b", 4, "Invalid character(s) in term '%a\\('"),
    ("flags", "(?i)a", 2, "Invalid character(s) in term '%('"),
    ("exclamation mark", "something!", 11, "Invalid character(s) in term '%something!'"),
    ("quotation mark", 'a"b', 3, "Invalid character(s) in term '%a\"'"),
    ("single quotation mark", "it's", 4, "Invalid character(s) in term '%it''"),
    ("other punctuation", "a<b", 3, "Invalid character(s) in term '%a<'"),
    ("tab", "a\tb", 3, "Invalid character(s) in term '%a\t'"),
    ("not ASCII", "aé", 3, "Invalid character(s) in term '%aé'"),
    ("not ASCII in a class", "[é]", 3, "Invalid character(s) in term '%[é'"),
    ("parenthesis in a class", "[(]", 3, "Invalid character(s) in term '%[('"),
    ("word boundary", r"\bERROR", 2, NOT_COMPILED),
    ("start of text", r"\AERROR", 2, NOT_COMPILED),
    ("property", r"\pL", 2, NOT_COMPILED),
    ("line feed escape", r"a\n", 3, NOT_COMPILED),
    ("back reference", r"a\1", 3, NOT_COMPILED),
    ("quotation", r"\Qa\E", 2, NOT_COMPILED),
    ("escaped blank", r"a\ b", 3, NOT_COMPILED),
    ("last backslash", "a\\", 3, NOT_COMPILED),
    ("hexadecimal, one digit", r"\x4", 2, NOT_COMPILED),
    ("hexadecimal, in braces", r"\x{41}", 2, NOT_COMPILED),
    ("hexadecimal, not ASCII", r"\xe9", 2, NOT_COMPILED),
    ("nothing to repeat at the start", "*a", 2, NOT_COMPILED),
    ("nothing to repeat after an alternative", "a|+", 4, NOT_COMPILED),
    ("an anchor repeated", "^*", 3, NOT_COMPILED),
    ("a repetition repeated", "a**", 4, NOT_COMPILED),
    ("possessive quantifier", "a++", 4, NOT_COMPILED),
    ("more after a lazy quantifier", "a*??", 5, NOT_COMPILED),
    ("brace without a count", "a{b}", 3, NOT_COMPILED),
    ("brace without bounds", "a{,}", 3, NOT_COMPILED),
    ("brace not closed", "a{1", 3, NOT_COMPILED),
    ("a repeated repetition", "a{2}{3}", 6, NOT_COMPILED),
    ("bounds in the wrong order", "a{3,2}", 3, NOT_COMPILED),
    ("class not closed", "a[bc", 3, NOT_COMPILED),
    ("empty class", "a[]", 3, NOT_COMPILED),
    ("range in the wrong order", "[z-a]", 2, NOT_COMPILED),
    ("range from a class", r"[\d-z]", 2, NOT_COMPILED),
    ("named class", "[[:alpha:]]", 2, NOT_COMPILED),
    ("too many repetitions", "a{1001}", 3, "Regular expression evaluation time exceeded allowed limit"),
    ("far too many repetitions", f"a{{{'9' * 5000}}}", 3, "Regular expression evaluation time exceeded allowed limit"),
    ("too large a program", r"\w{1000}" * 100, 2, "Regular expression evaluation time exceeded allowed limit"),
]


@pytest.mark.parametrize(("body", "message"), [row[1:] for row in FINDS], ids=[row[0] for row in FINDS])
def test_finds(body: str, message: str) -> None:
    assert matches(f"%{body}%", message)


@pytest.mark.parametrize(("body", "message"), [row[1:] for row in IGNORES], ids=[row[0] for row in IGNORES])
def test_ignores(body: str, message: str) -> None:
    assert not matches(f"%{body}%", message)


@pytest.mark.parametrize(("body", "column", "text"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused(body: str, column: int, text: str) -> None:
    error = refusal(f"%{body}%")
    assert (error.column, error.message()) == (column, text)


def test_columns_count_from_the_start_of_the_pattern() -> None:
    error = refusal("{ $.a = %ab(c)% }")
    assert str(error) == "column 12: '(' is not allowed in a regular expression; AWS has no grouping"


@pytest.mark.parametrize(
    ("accepted", "refused"),
    [
        ("{ $.a = %x% && $.b = %y% }", "{ $.a = %x% && $.b = %y% && $.c != %z% }"),
        ("[a = %x%, b = %y%]", "[a = %x%, b = %y% || b = %z%]"),
    ],
    ids=["json", "space"],
)
def test_a_pattern_has_at_most_two(accepted: str, refused: str) -> None:
    compile(accepted)
    error = refusal(refused)
    assert refused[error.column - 1 :].startswith("%z%")
    assert error.message() == "Your input has exceeded the maximum of 2 regular expressions per filter pattern."


def test_it_may_end_like_its_pattern() -> None:
    assert matches("{ $.a = %^}]$% }", '{"a": "}]"}')
    assert matches("[a = %^[],]$%]", "]")


AFFORDABLE = [
    ("few positions that become many states", "a[ab]{17}cd"),
    ("a gap between two texts", "took .{1,40} ms"),
    ("many positions, few states", "[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}"),
    ("a long list of texts", "|".join(f"word{number} and some text" for number in range(38))),
    ("a long anchored repetition", "^.{1000}c"),
    ("many repetitions without a bound", "a*b*" * 80 + "c"),
    ("many optional characters", "a?b?" * 80 + "c"),
    ("words apart", r"^REPORT\s.+\sStatus: timeout.*Duration: [0-9]+.*Memory"),
]

TOO_COSTLY = [
    ("any characters after one", "a.{1000}c"),
    ("two repetitions", "[^a]{1000}[^b]{1000}c"),
    ("one position more", "a[ab]{18}cd"),
    ("a class after one of its characters", "a[ab]{99}cd"),
    ("the same written out", "a" + "[ab]" * 99 + "cd"),
    ("many states backwards", "[ab]{0,50}a.*c[ab]{0,40}a[ab]{40}"),
    ("one character often", "a{1000}x"),
    ("one alternative of two", "ERROR|a.{100}c"),
    ("optional ones", ".*a.{0,200}b.{0,200}z"),
    ("more positions than are counted", "^" + ".{1000}" * 140),
]


@pytest.mark.parametrize("body", [row[1] for row in AFFORDABLE], ids=[row[0] for row in AFFORDABLE])
def test_affordable(body: str) -> None:
    compile(f"%{body}%")


@pytest.mark.parametrize("body", [row[1] for row in TOO_COSTLY], ids=[row[0] for row in TOO_COSTLY])
def test_too_costly(body: str) -> None:
    error = refusal(f"{{ $.a = %{body}% }}")
    assert (error.column, error.message()) == (10, "Regular expression evaluation time exceeded allowed limit")


def test_compiled_expressions_are_bounded_in_memory() -> None:
    """Expressions with as many states as RE2 can keep, used on a text that meets them all: 0.2 MB each."""
    script = """if True:
        import random
        from livetail.patterns import Subject, compile

        def resident_bytes():
            with open("/proc/self/statm") as file:
                return int(file.read().split()[1]) * 4096

        draw = random.Random(1)
        subject = Subject("".join(draw.choice("ab") for _ in range(10_000)))
        compile("%a%").matches(subject)
        before, held = resident_bytes(), []
        for number in range(40):
            held.append(compile(f"%a[ab]{{16}}x{number}% %b[ab]{{16}}x{number}%"))
            held[-1].matches(subject)
        print(resident_bytes() - before)
    """
    grown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert int(grown) < 30_000_000


def test_parsers_and_engine_are_loaded_when_first_needed() -> None:
    script = (
        "import sys; from livetail.patterns import Subject, compile;"
        "assert 'livetail.patterns.terms_pattern' not in sys.modules;"
        "compile('ERROR').matches(Subject('')); compile('{ $.a = 1 }'); compile('[a = 1]');"
        "assert 're2' not in sys.modules;"
        "compile('%a%'); assert 're2' in sys.modules"
    )
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 0


def test_the_engine_writes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    refusal(r"%\W{1000}\W{1000}\W{1000}\W{1000}\W{1000}\W{1000}\W{1000}\W{1000}\W{1000}\W{1000}\W{1000}\W{1000}%")
    assert capfd.readouterr() == ("", "")
