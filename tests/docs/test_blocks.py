"""Every fenced block of README and docs is run by a test, or is listed here with the reason why not.

A page and a language have one entry, or as many as blocks, in their order. A test that takes all blocks of a language
is one entry, so that a new block needs none.
"""

import re
import shlex
from pathlib import Path
from typing import Final

import pytest

from livetail import LiveTail, LiveTailEmulator
from tests.cli.running import call_livetail, serving_here
from tests.docs.reading import ROOT, blocks

PAGES = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


class NotRun(str):
    """The reason why no test runs a block."""

    __slots__ = ()


INSTALLS = NotRun("makes an environment from a package index; .ci/run does the same, and the pages' tests the rest")
ENGINE = NotRun("needs a container engine; test_ci.py tries what it passes on, and the image is tried by hand")
PICTURE = NotRun("a drawing")

RUN_BY: Final[dict[tuple[str, str], str | list[str]]] = {
    ("CONTRIBUTING.md", "sh"): INSTALLS,
    ("README.md", "sh"): [
        INSTALLS,
        "tests/docs/test_readme.py::test_serve_prints_what_the_readme_shows",
        "tests/docs/test_readme.py::test_the_commands_of_the_server_section_run",
        ENGINE,
        INSTALLS,
    ],
    ("README.md", "python"): [
        "tests/docs/test_readme.py::test_the_snippet_prints_what_it_says",
        "tests/docs/test_readme.py::test_the_pytest_example_passes",
    ],
    ("README.md", "text"): [
        "tests/docs/test_readme.py::test_the_snippet_prints_what_it_says",
        "tests/docs/test_readme.py::test_serve_prints_what_the_readme_shows",
    ],
    ("docs/ci.md", "sh"): [
        ENGINE,
        "tests/docs/test_ci.py::test_what_docker_run_passes_on_is_taken",
        "tests/docs/test_ci.py::test_what_docker_run_passes_on_is_taken",
        "tests/docs/test_ci.py::test_a_server_in_the_background_gives_the_job_its_variables",
    ],
    ("docs/ci.md", "yaml"): "tests/docs/test_ci.py::test_each_yaml_block_is_of_a_tool_that_is_checked",
    ("docs/conformance.md", "sh"): "tests/docs/test_blocks.py::test_conformance_commands_run",
    ("docs/control-plane.md", "console"): "tests/docs/test_control_plane.py::test_it_prints_what_the_page_shows",
    ("docs/control-plane.md", "sh"): "tests/docs/test_control_plane.py::test_it_prints_what_the_page_shows",
    ("docs/control-plane.md", "json"): "tests/docs/test_control_plane.py::test_it_prints_what_the_page_shows",
    ("docs/control-plane.md", "text"): "tests/docs/test_control_plane.py::test_it_prints_what_the_page_shows",
    ("docs/cookbook.md", "console"): "tests/docs/test_blocks.py::test_a_server_starts",
    ("docs/cookbook.md", "python"): "tests/docs/test_cookbook.py::test_the_tests_pass",
    ("docs/cookbook.md", "sh"): "tests/docs/test_cookbook.py::test_the_commands_run_and_make_the_rule",
    ("docs/cookbook.md", "json"): "tests/docs/test_cookbook.py::test_the_commands_run_and_make_the_rule",
    ("docs/credentials.md", "console"): "tests/docs/test_blocks.py::test_a_server_starts",
    ("docs/credentials.md", "python"): "tests/clients/test_credentials.py::test_the_example_of_the_page",
    ("docs/environment.md", "sh"): "tests/docs/test_environment.py::test_a_command",
    ("docs/environment.md", "console"): ["tests/docs/test_environment.py::test_a_command_with_its_output"],
    ("docs/faults.md", "python"): "tests/docs/test_faults.py::test_python_runs",
    ("docs/faults.md", "console"): "tests/docs/test_faults.py::test_commands_run",
    ("docs/faults.md", "toml"): "tests/docs/test_faults.py::test_scenario_tables_are_rules",
    ("docs/filter-patterns.md", "console"): ["tests/unit/patterns/test_documentation.py::test_commands"],
    ("docs/filter-patterns.md", "examples"): "tests/unit/patterns/test_documentation.py::test_example",
    ("docs/glossary.md", "text"): PICTURE,
    ("docs/release.md", "sh"): [
        NotRun("tests/test_packaging.py builds and checks both distributions"),
        INSTALLS,
        ENGINE,
    ],
    ("docs/scenarios.md", "sh"): [
        "tests/docs/test_scenarios.py::test_scenarios_are_served",
        "tests/docs/test_scenarios.py::test_the_second_recording_is_of_an_emulator",
    ],
    ("docs/scenarios.md", "python"): ["tests/docs/test_scenarios.py::test_the_recording_is_replayed"],
    ("docs/scenarios.md", "text"): [
        "tests/docs/test_scenarios.py::test_the_recording_is_replayed",
        "tests/unit/scenarios/test_documentation.py::test_the_problems_are_as_printed",
    ],
    ("docs/scenarios.md", "toml"): "tests/unit/scenarios/test_documentation.py::test_examples_are_played",
    ("docs/scenarios.md", "jsonl"): "tests/unit/scenarios/test_documentation.py::test_lines_are_replayed",
    ("docs/sdks.md", "go"): "tests/docs/test_sdks.py::test_code_is_cut_out_of_the_programs",
    ("docs/sdks.md", "java"): "tests/docs/test_sdks.py::test_code_is_cut_out_of_the_programs",
    ("docs/sdks.md", "javascript"): "tests/docs/test_sdks.py::test_code_is_cut_out_of_the_programs",
    ("docs/sdks.md", "kotlin"): "tests/docs/test_sdks.py::test_code_is_cut_out_of_the_programs",
    ("docs/sdks.md", "rust"): "tests/docs/test_sdks.py::test_code_is_cut_out_of_the_programs",
    ("docs/sdks.md", "text"): ["tests/docs/test_sdks.py::test_the_matrix_is_the_tested_one"],
    ("docs/terminal.md", "sh"): "tests/docs/test_terminal.py::test_commands_are_done",
    ("docs/testing.md", "python"): "tests/docs/test_testing.py::test_there_is_an_example_for_each_way",
    ("docs/testing.md", "text"): ["tests/docs/test_testing.py::test_examples_run"],
    ("docs/testing.md", "py"): [NotRun("needs a container engine; tests/testing/test_container.py tries the class")],
    ("docs/troubleshooting.md", "text"): "tests/docs/test_troubleshooting.py::test_it_is_printed",
}


def languages(page: str) -> list[str]:
    """The language of each block of a page, also of blocks within lists."""
    fences = re.findall(r"^ *(`{3,}|~{3,})(.*)$", (ROOT / page).read_text(), re.MULTILINE)
    return [info.strip() for _, info in fences[::2]]


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_run_or_listed(page: str) -> None:
    found = languages(page)
    for language in sorted(set(found)):
        entry = RUN_BY.get((page, language))
        assert entry is not None, f"{page}: no test runs its blocks of {language!r}; run them, or say here why not"
        if isinstance(entry, list):
            assert len(entry) == found.count(language), f"{page}: {found.count(language)} blocks of {language!r}"


def test_nothing_is_listed_that_is_not_there() -> None:
    assert [key for key in RUN_BY if key[1] not in languages(key[0])] == []


@pytest.mark.parametrize(("page", "language"), RUN_BY)
def test_the_tests_that_are_named_exist_and_read_the_page(page: str, language: str) -> None:
    entry = RUN_BY[page, language]
    for named in entry if isinstance(entry, list) else [entry]:
        if isinstance(named, NotRun):
            assert named
            continue
        path, test = named.split("::")
        source = (ROOT / path).read_text()
        assert f"def {test}(" in source
        assert page.rpartition("/")[2] in source


SERVERS = [
    (page, block.text) for page in ("docs/cookbook.md", "docs/credentials.md") for block in blocks(page, "console")
]


@pytest.mark.parametrize(("page", "command"), SERVERS)
def test_a_server_starts(page: str, command: str) -> None:
    words = shlex.split(command)
    assert words[:3] == ["$", "livetail", "serve"]
    with serving_here(*words[3:]) as server:
        assert LiveTail(server.endpoint_url, ca_bundle=server.ca_bundle).sessions() == []


def test_conformance_commands_run(manual: LiveTailEmulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the commands of docs/conformance.md those that ask a running Livetail; the others ask what is not here."""
    (block,) = blocks("docs/conformance.md", "sh")
    here = [line for line in block.text.splitlines() if "--endpoint" not in line]
    assert len(here) == 2
    monkeypatch.chdir(tmp_path)
    for line in here:
        words = shlex.split(line, comments=True)
        finished = call_livetail(*words[1:], variables={"LIVETAIL_ENDPOINT": manual.endpoint_url})
        assert (words[0], finished.returncode) == ("livetail", 0), finished.stderr
    assert (tmp_path / "results.json").exists()
