"""docs/sdks.md: its matrix is what the SDKs are tested against, and its code is cut out of the tested programs."""

from pathlib import Path
from textwrap import dedent, indent
from typing import Final

import pytest

from tests.clients.sdks.page import expected_matrix
from tests.clients.sdks.programs import CLIENTS, SDKS
from tests.docs.reading import Block, blocks, document

NAME: Final = "docs/sdks.md"

PROGRAMS: Final = {
    "go": CLIENTS / "go" / "main.go",
    "java": CLIENTS / "java" / "src" / "main" / "java" / "Client.java",
    "javascript": CLIENTS / "javascript" / "client.mjs",
    "kotlin": CLIENTS / "kotlin" / "src" / "main" / "kotlin" / "Client.kt",
    "rust": CLIENTS / "rust" / "src" / "main.rs",
}


def test_the_matrix_is_the_tested_one() -> None:
    """`python -m tests.clients.sdks.page` prints it anew."""
    (block,) = blocks(NAME, "text")
    assert block.text.rstrip("\n") == expected_matrix()


@pytest.mark.parametrize(
    ("program", "block"),
    [(program, block) for language, program in PROGRAMS.items() for block in blocks(NAME, language)],
    ids=lambda value: value.name if isinstance(value, Path) else f"line {value.line}",
)
def test_code_is_cut_out_of_the_programs(program: Path, block: Block) -> None:
    source = program.read_text()
    cut_outs = [indent(block.text, prefix) for prefix in ("", "\t", " " * 4, " " * 8, " " * 12)]
    assert dedent(block.text) == block.text
    assert any(cut_out in source for cut_out in cut_outs)


def test_each_program_has_code_in_the_page() -> None:
    assert [language for language in PROGRAMS if not blocks(NAME, language)] == []


@pytest.mark.parametrize("folder", sorted({sdk.sources for sdk in SDKS}))
def test_each_program_is_linked(folder: str) -> None:
    assert f"(../tests/clients/{folder})" in document(NAME)


@pytest.mark.parametrize("path", sorted(CLIENTS.rglob("package-lock.json")), ids=lambda path: path.parent.name)
def test_lock_files_name_no_registry(path: Path) -> None:
    assert '"resolved"' not in path.read_text()
