"""What AWS leaves open about filter patterns, and how this emulator decides it, in one place.

Everything else about the language is stated by AWS's documentation or was observed. To change a decision, change its
default here: the parsers and the matchers ask for it by name. `docs/filter-patterns.md` lists the evidence for each.
"""

from dataclasses import dataclass
from typing import Literal

__all__ = ["DECISIONS", "Decisions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """One field for each contested point of the language."""

    optional_beside_exclusion: Literal["ignored", "alternative"] = "ignored"
    """`?a -b`: the optional terms are ignored, or `-b` is one more alternative."""

    blank_phrase_matches_all: bool = True
    """`" "` matches every message, or only those that contain a blank."""

    hyphen_excludes_inside_words: bool = True
    """`ORDER-1` means `ORDER -1`, or is refused."""

    extra_word_characters: str = ""
    """Punctuation that an unquoted term may contain besides letters, digits and `_`; candidates are `.=*+#`."""

    generic_fault_characters: str = "@/{"
    """Characters that are refused without being named: `Invalid filter pattern` in place of `Invalid character(s)`."""

    strip_blanks_around_brackets: bool = False
    """Whether blanks before `{` or `[` and after `}` or `]` are taken off before the kind of a pattern is decided."""

    keywords_in_any_case: bool = True
    """`is null`, `Not Exists`: accepted, or upper case only."""

    blank_in_regex: bool = True
    """Whether a regular expression may contain a literal blank."""

    dot_matches_newline: bool = True
    """Whether `.` in a regular expression finds a line feed too ("any single character")."""

    lazy_quantifiers: bool = True
    """`a*?`: accepted as the quantifier that it is elsewhere, or refused."""

    leftmost_suffix: bool = True
    """`*x`: x is looked for once, from the left, and must end the value there; otherwise a plain suffix test."""

    inner_star_in_text: Literal["literal", "wildcard"] = "literal"
    """The `*` in `a*b`, compared with a text."""

    inner_star_in_numbers: Literal["literal", "wildcard"] = "wildcard"
    """The `*` in `1*3`, compared with the text of a JSON number."""

    booleans_compare_as_text: bool = True
    """`{ $.a = true }`: compares with JSON's true and false as texts, or never matches them."""

    null_compares_as_text: bool = False
    """`{ $.a = null }`: compares with JSON's null as a text, or never matches it."""

    not_equal_on_several: Literal["any", "all"] = "any"
    """`{ $.a[*] != 1 }`: holds if any element differs, or only if all do."""

    numeric_text_in_order: bool = False
    """`{ $.a > 1 }`: whether a JSON string that looks like a number is compared as one."""

    array_at_root: bool = True
    """Whether a message that is a JSON array can be matched (`{ $[0].id = 1 }`), or only an object."""

    line_breaks_separate_fields: bool = True
    """Whether line feeds and carriage returns separate the fields of a message as blanks and tabs do."""

    repeated_field_name: Literal["first", "last"] = "last"
    """Which field gives the extracted value when a space-delimited pattern uses a name twice."""


DECISIONS = Decisions()
"""The decisions in force."""
