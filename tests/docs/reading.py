"""Reads the examples out of the project's Markdown."""

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Block", "blocks", "document"]

ROOT = Path(__file__).parents[2]

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line at which it begins."""

    language: str
    text: str
    line: int


def document(name: str) -> str:
    return (ROOT / name).read_text()


def blocks(name: str, language: str) -> list[Block]:
    """The blocks of one language in a document, in order."""
    text = document(name)
    return [
        Block(found[1], found[2], text.count("\n", 0, found.start()) + 2)
        for found in _BLOCK.finditer(text)
        if found[1] == language
    ]
