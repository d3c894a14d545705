"""What AWS was recorded to return, and cases from public sources: matches, texts and extracted values."""

import json
from pathlib import Path
from typing import Any

from livetail.patterns import InvalidPatternError, Subject, compile
from tests.unit.patterns.tables import refusal

CORPORA = Path(__file__).parents[2] / "corpora"
RECORDED = json.loads((CORPORA / "recorded_filter_patterns.json").read_text(encoding="utf-8"))
SOURCED = json.loads((CORPORA / "sourced_filter_patterns.json").read_text(encoding="utf-8"))


def test_recorded_matches_and_extracted_values() -> None:
    cases = [case for case in RECORDED["cases"] if "matches" in case]
    expected = {case["id"]: (case["matches"], case.get("extracted", [{}] * len(case["matches"]))) for case in cases}
    assert {case["id"]: _matches_and_extracted(case) for case in cases} == expected


def _matches_and_extracted(case: dict[str, Any]) -> tuple[list[int], list[dict[str, str]]]:
    matcher = compile(case["pattern"])
    subjects = [Subject(message) for message in RECORDED["messages"][case["messages"]]]
    found = [position for position, subject in enumerate(subjects) if matcher.matches(subject)]
    return found, [matcher.extract(subjects[position]) for position in found]


def test_recorded_texts() -> None:
    for case in RECORDED["cases"]:
        if "matches" not in case:
            error = refusal(case["pattern"])
            assert error.message("metric filter pattern") == case["TestMetricFilter"], case["id"]
            assert error.message() == case.get("FilterLogEvents", error.message()), case["id"]


def test_sourced_cases() -> None:
    cases = SOURCED["cases"]
    assert {case["id"]: _verdict(case) for case in cases} == {case["id"]: case["matches"] for case in cases}


def _verdict(case: dict[str, Any]) -> object:
    try:
        return compile(case["pattern"]).matches(Subject(SOURCED["messages"][case["message"]]))
    except InvalidPatternError:
        return "invalid"
