"""Draws patterns and messages, as trees for the naive matcher and as text for the real one.

Words are few and short, so that patterns and messages meet often.
"""

from typing import Any

from hypothesis import strategies as st

from tests.property.pattern_naive import Field, Literal, Num, Text, Tree

__all__ = ["fields_and_entries", "json_conditions", "json_text", "json_trees", "messages", "terms", "write_terms"]

Draw = st.DrawFn

blanks = st.sampled_from(["", "", " ", "  ", "\t", "\n"])
gaps = st.sampled_from([" ", " ", "  ", "\t", " \n"])

words = st.sampled_from(["a", "b", "ab", "ba", "aba", "A", "1", "12", "121", "1x", "a_b"])
phrases = st.sampled_from(["a b", " ", "a", "ab:", '"', "\\", "a\\b", "é", "[1]", "%a%", "-1", "  ", "b\n"])
atoms = st.sampled_from(["a", "b", "1", ".", "[ab]", "[^a]", "[0-9]", r"\d", r"\w", r"\s", r"\x61", r"\."])
quantifiers = st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{1,2}", "{,2}", "{1,}", "*?"])


@st.composite
def regexes(draw: Draw) -> str:
    branches = []
    for _ in range(draw(st.integers(1, 2))):
        pieces = draw(st.lists(st.tuples(atoms, quantifiers), min_size=1, max_size=3))
        body = "".join(atom + quantifier for atom, quantifier in pieces)
        branches.append(draw(st.sampled_from(["", "", "^"])) + body + draw(st.sampled_from(["", "", "$"])))
    return "|".join(branches)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def write_value(value: tuple[str, str]) -> str:
    kind, text = value
    return {"word": text, "quoted": quoted(text), "regex": f"%{text}%"}[kind]


def few_regexes(items: list[tuple[str, tuple[str, str]]]) -> bool:
    return sum(kind == "regex" for _, (kind, _) in items) <= 2


terms = st.lists(
    st.tuples(
        st.sampled_from(["", "", "-", "?", "?"]),
        st.one_of(
            words.map(lambda text: ("word", text)),
            phrases.map(lambda text: ("quoted", text)),
            regexes().map(lambda body: ("regex", body)),
        ),
    ),
    max_size=4,
).filter(few_regexes)


@st.composite
def write_terms(draw: Draw, items: list[tuple[str, tuple[str, str]]]) -> str:
    written = draw(blanks)
    for marker, value in items:
        between = draw(blanks) if marker == "-" else ""
        written += marker + between + write_value(value) + draw(gaps)
    return written


messages = st.one_of(
    st.lists(st.one_of(words, phrases), max_size=5).map(" ".join),
    st.text("ab1 é\n.", max_size=8),
)

keys = st.sampled_from(["a", "b", "c-d", "e f", "1"])
texts = st.sampled_from(["", "a", "ab", "ba", "aba", "a*b", "1", "12", "1.0", "true", "null", "é\n", "1.1.1"])
numbers = st.sampled_from(["1", "12", "121", "1.0", "-1", "0", "1e0", "1E2", "12.5", "0.1", "9007199254740993", "112"])
literals = st.sampled_from(["true", "false", "null"])
leaves = st.one_of(texts.map(Text), numbers.map(Num), literals.map(Literal))
json_trees: st.SearchStrategy[Tree] = st.dictionaries(
    keys,
    st.recursive(
        leaves,
        lambda trees: st.lists(trees, max_size=3) | st.dictionaries(keys, trees, max_size=3),
        max_leaves=5,
    ),
    max_size=4,
)


def json_text(tree: Tree, draw: Draw) -> str:
    def blank() -> str:
        return draw(blanks)

    if isinstance(tree, Text):
        text = tree.text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        if text.startswith("a") and draw(st.booleans()):
            text = "\\u0061" + text[1:]
        return f'"{text}"'
    if isinstance(tree, list):
        return "[" + ",".join(blank() + json_text(node, draw) + blank() for node in tree) + "]"
    if isinstance(tree, dict):
        members = [f'{blank()}"{key}"{blank()}:{blank()}{json_text(node, draw)}' for key, node in tree.items()]
        return "{" + ",".join(members) + blank() + "}"
    return tree.text


def bare_or_quoted(draw: Draw, text: str) -> tuple[str, str]:
    bare = text != "" and all(
        character.isascii() and (character.isalnum() or character in "_.*+-") for character in text
    )
    return ("word" if bare and text != "null" and draw(st.booleans()) else "quoted", text)


@st.composite
def values(draw: Draw, *, regex: bool) -> tuple[str, str]:
    if regex and draw(st.integers(0, 4)) == 0:
        return ("regex", draw(regexes()))
    text = draw(st.one_of(texts, numbers, literals, words))
    star = draw(st.sampled_from(["", "", "", "front", "back", "both", "inside", "alone"]))
    stars = {"": text, "front": f"*{text}", "back": f"{text}*", "both": f"*{text}*", "alone": "*"}
    return bare_or_quoted(draw, stars.get(star, f"{text[:1]}*{text[1:]}"))


operators = st.sampled_from(["=", "=", "!=", "<", "<=", ">", ">="])


@st.composite
def comparisons(draw: Draw, *, regex: bool) -> tuple[str, tuple[str, str]]:
    operator = draw(operators)
    if operator in ("=", "!="):
        return operator, draw(values(regex=regex))
    return operator, ("word", draw(st.sampled_from(["1", "12.0", "-1", "+1", ".5", "1e1", "9007199254740992", "5."])))


class Budget:
    """What a pattern may have so many of."""

    def __init__(self) -> None:
        self.wildcards = 3
        self.regexes = 2


@st.composite
def selectors(draw: Draw, budget: Budget) -> list[Any]:
    steps: list[Any] = []
    wildcard = False
    for place in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["key", "key", "key", "at", "keys", "each"] if place else ["key", "key", "keys"]))
        if kind in ("keys", "each"):
            if wildcard or not budget.wildcards:
                kind = "key"
            else:
                wildcard = True
                budget.wildcards -= 1
        argument = {"key": keys, "at": st.integers(0, 2)}.get(kind)
        steps.append((kind,) if argument is None else (kind, draw(argument)))
    return steps


def write_selector(steps: list[Any], draw: Draw) -> str:
    written = "$"
    for step in steps:
        if step[0] == "key":
            written += f".['{step[1]}']" if " " in step[1] or draw(st.integers(0, 3)) == 0 else f".{step[1]}"
        else:
            written += {"keys": ".*", "each": "[*]"}.get(step[0]) or f"[{step[1]}]"
    return written


def expressions(draw: Draw, leaf: Any, depth: int) -> tuple[Any, str, str]:
    """An expression: its tree, its text, and what joins it at the top."""
    kind = draw(st.sampled_from(["leaf", "and", "or"])) if depth else "leaf"
    if kind == "leaf":
        condition, text = leaf()
        tree: Any = ("leaf", condition)
    else:
        parts = [expressions(draw, leaf, depth - 1) for _ in range(draw(st.integers(2, 3)))]
        tree = (kind, [part[0] for part in parts])
        texts = [f"({text})" if kind == "and" and top == "or" else text for _, text, top in parts]
        text = f"{draw(blanks)}{'&&' if kind == 'and' else '||'}{draw(blanks)}".join(texts)
    if draw(st.integers(0, 5)) == 0:
        return tree, f"({draw(blanks)}{text}{draw(blanks)})", "leaf"
    return tree, text, kind


@st.composite
def json_conditions(draw: Draw) -> tuple[Any, str]:
    """A condition and the pattern for it."""
    budget = Budget()

    def leaf() -> tuple[Any, str]:
        steps = draw(selectors(budget))
        written = write_selector(steps, draw)
        kind = draw(st.sampled_from(["compare", "compare", "compare", "is", "not exists"]))
        if kind == "is":
            literal = draw(literals)
            return ("is", steps, literal), f"{written} {draw(st.sampled_from(['IS', 'is']))} {literal.upper()}"
        if kind == "not exists":
            return ("not exists", steps), f"{written} NOT EXISTS"
        operator, value = draw(comparisons(regex=budget.regexes > 0))
        budget.regexes -= value[0] == "regex"
        return (
            "compare",
            steps,
            operator,
            value,
        ), f"{written}{draw(blanks)}{operator}{draw(blanks)}{write_value(value)}"

    tree, text, _ = expressions(draw, leaf, 2)
    return tree, f"{{{draw(blanks)}{text}{draw(blanks)}}}"


@st.composite
def fields_and_entries(draw: Draw) -> tuple[list[Any], str, list[Field], list[str], str]:
    """Entries and the pattern for them; fields, what is between them, and the message that has them."""
    budget = Budget()
    entries: list[Any] = []
    written = []
    for number in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["expression", "expression", "empty", "..."]))
        if kind == "..." and "..." not in entries:
            entries.append("...")
            written.append("...")
        elif kind == "empty" and number:
            entries.append(("leaf", "any"))
            written.append("")
        else:
            name = ["w1", "status_code", "user-id", "4"][number]

            def leaf(name: str = name) -> tuple[Any, str]:
                if draw(st.integers(0, 3)) == 0:
                    return "any", name
                operator, value = draw(comparisons(regex=budget.regexes > 0))
                budget.regexes -= value[0] == "regex"
                return (operator, value), f"{name}{draw(blanks)}{operator}{draw(blanks)}{write_value(value)}"

            tree, text, _ = expressions(draw, leaf, 1)
            entries.append(tree)
            written.append(text)
    pattern = "[" + ",".join(draw(blanks) + text + draw(blanks) for text in written) + "]"

    fields = []
    for _ in range(draw(st.integers(0, 5))):
        opening, closing = draw(st.sampled_from([("", ""), ("", ""), ('"', '"'), ("[", "]")]))
        text = draw(st.one_of(words, texts, numbers) if opening else st.one_of(words, numbers))
        fields.append(Field(text, opening + text + closing))
    between = [draw(gaps) for _ in fields[1:]]
    message = draw(blanks)
    for place, field in enumerate(fields):
        message += (between[place - 1] if place else "") + field.written
    return entries, pattern, fields, between, message + draw(blanks)
