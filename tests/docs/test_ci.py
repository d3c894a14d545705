"""docs/ci.md: the YAML is valid for the tools that read it, and the commands in it run."""

import shlex
from pathlib import Path
from typing import Any

import check_jsonschema
import pytest
import yaml
from click.testing import CliRunner

from livetail import LiveTail, LiveTailEmulator
from livetail.environment import sdk_environment
from tests.cli.running import serving_here
from tests.docs.reading import Block, blocks
from tests.docs.shell import DEFAULT_ENDPOINT, run
from tests.testing.projects import LIKE_A_USER, WITHOUT_WORKERS

NAME = "docs/ci.md"
SCHEMAS = {"services": "vendor.compose-spec", "jobs": "vendor.github-workflows", "test": "vendor.gitlab-ci"}
SUITE = """
import boto3


def test_the_environment_leads_to_livetail():
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="/app/api")
    (group,) = logs.describe_log_groups()["logGroups"]
    stream = logs.start_live_tail(logGroupIdentifiers=[group["logGroupArn"]])["responseStream"]
    assert "sessionStart" in next(iter(stream))
    stream.close()
    logs.close()
"""


def yaml_with(key: str) -> list[tuple[Block, Any]]:
    parsed = [(block, yaml.safe_load(block.text)) for block in blocks(NAME, "yaml")]
    return [(block, value) for block, value in parsed if key in value]


@pytest.mark.parametrize("key", SCHEMAS)
def test_the_tools_take_it(key: str, tmp_path: Path) -> None:
    files = []
    for number, (block, _) in enumerate(yaml_with(key)):
        files.append(tmp_path / f"{number}.yml")
        files[-1].write_text(block.text)
    assert files
    checked = CliRunner().invoke(check_jsonschema.main, ["--builtin-schema", SCHEMAS[key], *map(str, files)])
    assert checked.exit_code == 0, checked.output


def test_each_yaml_block_is_of_a_tool_that_is_checked() -> None:
    known = [block for key in (*SCHEMAS, "kind") for block, _ in yaml_with(key)]
    assert sorted(block.line for block in known) == [block.line for block in blocks(NAME, "yaml")]


def test_kubernetes_has_what_it_requires() -> None:
    ((_, listed),) = yaml_with("kind")
    assert (listed["apiVersion"], listed["kind"]) == ("v1", "List")
    pod, *services = listed["items"]
    assert (pod["apiVersion"], pod["kind"], pod["metadata"]["name"]) == ("v1", "Pod", "livetail")
    (container,) = pod["spec"]["containers"]
    assert container["name"]
    assert container["image"]
    (port,) = container["ports"]
    assert container["readinessProbe"]["httpGet"]["port"] == port["containerPort"] == 4586
    assert [one["metadata"]["name"] for one in services] == ["livetail", "stream-livetail", "streaming-livetail"]
    for service in services:
        assert (service["apiVersion"], service["kind"]) == ("v1", "Service")
        assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
        assert service["spec"]["ports"] == [{"port": port["containerPort"]}]


def test_the_probe_of_kubernetes_asks_for_something_that_is_there(manual: LiveTailEmulator) -> None:
    ((_, listed),) = yaml_with("kind")
    path = listed["items"][0]["spec"]["containers"][0]["readinessProbe"]["httpGet"]["path"]
    run(
        f"curl -fsS {manual.endpoint_url}{path} -H 'Host: 10.0.0.7:4586'", manual.endpoint_url, Path.cwd()
    ).check_returncode()


GITHUB = [workflow["jobs"]["test"] for _, workflow in yaml_with("jobs")]
((_, GITLAB),) = yaml_with("test")


@pytest.mark.parametrize("job", GITHUB, ids=["exec", "service container"])
def test_the_commands_of_a_job_pass(job: Any, tmp_path: Path) -> None:
    """All but the installation, with a server on a free port in place of the service container."""
    install, *commands = (step["run"] for step in job["steps"] if "run" in step)
    assert install.startswith("pip install ")
    (tmp_path / "test_it.py").write_text(SUITE)
    with LiveTailEmulator() as emulator:
        variables = job.get("env", {})
        options = shlex.join([*LIKE_A_USER, *WITHOUT_WORKERS])
        given = {name: value.replace(DEFAULT_ENDPOINT, emulator.endpoint_url) for name, value in variables.items()}
        finished = run("\n".join(commands), emulator.endpoint_url, tmp_path, PYTEST_ADDOPTS=options, **given)
        assert finished.returncode == 0, finished.stdout + finished.stderr
        assert len(emulator.requests()) == (3 if given else 0)  # `livetail exec` has an emulator of its own


def test_gitlab_and_github_run_the_same() -> None:
    """So that the same test shows both. With the aliases, GitLab needs no switch for the prefix."""
    _, service = GITHUB
    assert GITLAB["test"]["script"] == [step["run"] for step in service["steps"] if "run" in step]
    variables = {**service["env"], "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "http://livetail:4586"}
    del variables["AWS_DISABLE_HOST_PREFIX_INJECTION"]
    assert GITLAB["test"]["variables"] == variables


def test_the_variables_are_those_of_livetail_env() -> None:
    for variables in (
        GITHUB[1]["env"],
        *(value["services"]["tests"]["environment"] for _, value in yaml_with("services")),
    ):
        names = sdk_environment(variables["AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"], "us-east-1")
        assert variables.items() <= names.items()


def test_the_names_with_a_prefix_are_aliases() -> None:
    ((_, compose),) = yaml_with("services")
    assert compose["services"]["livetail"]["networks"]["default"]["aliases"] == [
        "stream-livetail",
        "streaming-livetail",
    ]
    assert GITLAB["test"]["services"][0]["alias"] == "livetail,stream-livetail,streaming-livetail"


def test_the_command_of_the_compose_file_runs(manual: LiveTailEmulator, tmp_path: Path) -> None:
    """What the image `amazon/aws-cli` runs; the emulator is at another address than in the network of the file."""
    ((_, compose),) = yaml_with("services")
    tests = compose["services"]["tests"]
    given = tests["environment"] | {"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": manual.endpoint_url}
    finished = run(f"aws {tests['command']}", manual.endpoint_url, tmp_path, **given)
    assert finished.returncode == 0, finished.stderr
    assert [request["operation"] for request in manual.requests()] == ["CreateLogGroup"]


def test_a_server_in_the_background_gives_the_job_its_variables(tmp_path: Path) -> None:
    (block,) = (block for block in blocks(NAME, "sh") if "$GITHUB_ENV" in block.text)
    with LiveTailEmulator() as emulator:
        port = emulator.endpoint_url.rpartition(":")[2]
    names = {"LIVETAIL_PORT": port, "GITHUB_ENV": "job.env"}
    finished = run(f"{block.text}kill %1\nwait", f"http://127.0.0.1:{port}", tmp_path, **names)
    assert finished.returncode == 0, finished.stderr
    assert f"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=http://127.0.0.1:{port}\n" in (tmp_path / "job.env").read_text()


@pytest.mark.parametrize("block", [block for block in blocks(NAME, "sh") if block.text.startswith("docker run")])
def test_what_docker_run_passes_on_is_taken(block: Block) -> None:
    """The engine and the image are not here; the variables and the command that it would be started with are."""
    words = shlex.split(block.text)
    at = words.index("livetail")
    flags = words[at + 2 :]
    assert words[at + 1 : at + 2] in ([], ["serve"])
    variables = dict(words[number + 1].split("=", 1) for number, word in enumerate(words[:at]) if word == "-e")
    with serving_here(*flags, variables=variables) as server:
        assert LiveTail(server.endpoint_url).sessions() == []
        assert (server.emulator.seed == 7) == ("LIVETAIL_SEED" in variables)
