"""A second matcher for filter patterns, written straight from the rules and without a thought for speed.

It shares nothing with `livetail.patterns`, not even a parser: patterns and messages come as trees that `pattern_trees`
draws, together with their text. Each function here is one paragraph of `docs/filter-patterns.md`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

__all__ = ["Field", "Literal", "Num", "Text", "fields_match", "json_matches", "terms_match"]


@dataclass(frozen=True)
class Text:
    """A JSON string."""

    text: str


@dataclass(frozen=True)
class Num:
    """A JSON number as written."""

    text: str


@dataclass(frozen=True)
class Literal:
    """true, false or null."""

    text: str


Tree = Text | Num | Literal | list[Any] | dict[str, Any]


@dataclass(frozen=True)
class Field:
    """A field of a message: its value, and how it is written in the message."""

    text: str
    written: str


def regex_finds(body: str, text: str) -> bool:
    return re.search(body.replace("$", r"\Z"), text, re.ASCII | re.DOTALL) is not None


def is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", text, re.ASCII | re.IGNORECASE) is not None


def ordered(operator: str, left: str, right: str) -> bool:
    a, b = Fraction(left), Fraction(right)
    return {"=": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator]


def text_equals(text: str, wanted: str) -> bool:
    """Stars at the ends are wildcards, others are literal; a suffix is searched once, from the left."""
    core = wanted.strip("*")
    front, back = wanted.startswith("*"), wanted.endswith("*")
    if not core:
        return bool(wanted) or text == ""
    if front and back:
        return core in text
    if back:
        return text[: len(core)] == core
    if front:
        return core in text and text.partition(core)[2] == ""
    return text == wanted


def number_text_equals(text: str, wanted: str) -> bool:
    """As above, but stars inside are wildcards too, without going back."""
    if "*" not in wanted.strip("*"):
        return text_equals(text, wanted)
    parts = wanted.split("*")
    if not text.startswith(parts[0]):
        return False
    rest = text[len(parts[0]) :]
    for part in parts[1:]:
        before, found, rest = rest.partition(part) if part else ("", "", rest)
        if part and not found:
            return False
    return parts[-1] == "" or rest == ""


def value_equals(node: Text | Num, value: tuple[str, str]) -> bool:
    kind, wanted = value
    if kind == "regex":
        return regex_finds(wanted, node.text)
    if isinstance(node, Num):
        if kind == "word" and is_number(wanted):
            return ordered("=", node.text, wanted)
        return number_text_equals(node.text, wanted)
    return text_equals(node.text, wanted)


def select(tree: Tree, steps: list[Any]) -> list[Tree]:
    """All that the steps lead to; a step is ("key", k), ("at", n), ("keys",) or ("each",)."""
    nodes = [tree]
    for step in steps:
        found: list[Tree] = []
        for node in nodes:
            if step[0] == "key" and isinstance(node, dict):
                found.extend([node[step[1]]] if step[1] in node else [])
            elif step[0] == "at" and isinstance(node, list):
                found.extend(node[step[1] : step[1] + 1])
            elif step[0] == "keys" and isinstance(node, dict):
                found.extend(node.values())
            elif step[0] == "each" and isinstance(node, list | dict):
                found.extend(node.values() if isinstance(node, dict) else node)
        nodes = found
    return nodes


def json_condition(tree: Tree, condition: Any) -> bool:
    word, steps, *rest = condition
    nodes = select(tree, steps)
    if word == "not exists":
        return not nodes
    if word == "is":
        literal = Literal(rest[0])
        return any(node == literal or (isinstance(node, list) and literal in node) for node in nodes)
    operator, value = rest
    if operator in ("=", "!="):
        comparable = [node for node in nodes if isinstance(node, Text | Num)]
        return any(value_equals(node, value) is (operator == "=") for node in comparable)
    return any(isinstance(node, Num) and ordered(operator, node.text, value[1]) for node in nodes)


def holds(expression: Any, leaf: Callable[[Any], bool]) -> bool:
    if expression[0] == "and":
        return all(holds(operand, leaf) for operand in expression[1])
    if expression[0] == "or":
        return any(holds(operand, leaf) for operand in expression[1])
    return leaf(expression[1])


def json_matches(expression: Any, tree: Tree) -> bool:
    return holds(expression, lambda condition: json_condition(tree, condition))


def terms_match(items: list[tuple[str, tuple[str, str]]], message: str) -> bool:
    def found(value: tuple[str, str]) -> bool:
        kind, wanted = value
        if kind == "regex":
            return regex_finds(wanted, message)
        return wanted in message

    required = [found(value) for marker, value in items if marker == ""]
    excluded = [found(value) for marker, value in items if marker == "-"]
    optional = [found(value) for marker, value in items if marker == "?"]
    if optional and not required and not excluded:
        return any(optional)
    return all(required) and not any(excluded)


def field_condition(text: str, condition: Any) -> bool:
    if condition == "any":
        return True
    operator, value = condition
    kind, wanted = value
    if kind == "word" and is_number(wanted):
        return ordered(operator, text, wanted) if is_number(text) else operator == "!="
    equal = regex_finds(wanted, text) if kind == "regex" else text_equals(text, wanted)
    return equal is (operator == "=")


def fields_match(entries: list[Any], fields: list[Field], blanks: list[str]) -> bool:
    """An entry is "...", or an expression on one field; `blanks` are the texts between the fields."""
    if not entries:
        return True
    if "..." in entries:
        gap = entries.index("...")
        before, behind = entries[:gap], entries[gap + 1 :]
        if len(fields) < len(before) + len(behind):
            return False
        texts = [field.text for field in fields]
        pairs = list(zip(before, texts, strict=False))
        pairs += list(zip(behind, texts[len(texts) - len(behind) :], strict=True))
    else:
        if len(fields) < len(entries):
            return False
        texts = [field.text for field in fields[: len(entries)]]
        if len(fields) > len(entries):
            rest = fields[len(entries) - 1].written
            for blank, field in zip(blanks[len(entries) - 1 :], fields[len(entries) :], strict=True):
                rest += blank + field.written
            texts[-1] = rest
        pairs = list(zip(entries, texts, strict=True))
    return all(holds(entry, field_leaf(text)) for entry, text in pairs)


def field_leaf(text: str) -> Callable[[Any], bool]:
    return lambda condition: field_condition(text, condition)
