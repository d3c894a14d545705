"""What AWS was recorded to return, and cases from public sources: matches, texts and extracted values."""

import json
from pathlib import Path
from typing import Any

import pytest

from livetail.patterns import InvalidPatternError, Subject, compile
from tests.unit.patterns.tables import refusal

CORPORA = Path(__file__).parents[2] / "corpora"
RECORDED = json.loads((CORPORA / "recorded_filter_patterns.json").read_text(encoding="utf-8"))
SOURCED = json.loads((CORPORA / "sourced_filter_patterns.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", [case for case in RECORDED["cases"] if "matches" in case], ids=lambda case: case["id"])
def test_recorded_matches_and_extracted_values(case: dict[str, Any]) -> None:
    matcher = compile(case["pattern"])
    subjects = [Subject(message) for message in RECORDED["messages"][case["messages"]]]
    found = [position for position, subject in enumerate(subjects) if matcher.matches(subject)]
    assert found == case["matches"]
    extracted = [matcher.extract(subjects[position]) for position in found]
    assert extracted == case.get("extracted", [{}] * len(found))


@pytest.mark.parametrize(
    "case", [case for case in RECORDED["cases"] if "matches" not in case], ids=lambda case: case["id"]
)
def test_recorded_texts(case: dict[str, Any]) -> None:
    error = refusal(case["pattern"])
    assert error.message("metric filter pattern") == case["TestMetricFilter"]
    if "FilterLogEvents" in case:
        assert error.message() == case["FilterLogEvents"]


@pytest.mark.parametrize("case", SOURCED["cases"], ids=lambda case: case["id"])
def test_sourced_cases(case: dict[str, Any]) -> None:
    try:
        verdict: object = compile(case["pattern"]).matches(Subject(SOURCED["messages"][case["message"]]))
    except InvalidPatternError:
        verdict = "invalid"
    assert verdict == case["matches"]
