"""The variables of `livetail env`, written for shells and files, and read back by those that read them."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from io import StringIO

import pytest
from dotenv import dotenv_values

from livetail.environment import KEPT, adapted_to, region_of, sdk_environment
from livetail.environment_formats import variables_as_text

NASTY = {
    "PLAIN": "http://127.0.0.1:4586",
    "BLANKS": "/a folder/ca.pem ",
    "QUOTES": """it's "quoted" and ‘quoted’""",
    "SPECIAL": "$HOME `id` \\ !x #y %z & ; | * ~ \\n",
    "UNICODE": "żółw 🐢",
    "EMPTY": "",
}
SHELLS = [shell for shell in ("sh", "dash", "bash", "zsh", "ksh") if shutil.which(shell)]


def printed_by(command: list[str], script: str, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a shell after a script."""
    environ = {"PATH": "/usr/bin:/bin", "HOME": "/dev/null", "LC_ALL": "C.UTF-8", **(environ or {})}
    run = subprocess.run([*command, f"{script}\nenv -0"], capture_output=True, env=environ, timeout=30, check=True)
    assert run.stderr == b""
    return dict(entry.split("=", 1) for entry in run.stdout.decode().split("\0") if entry)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_posix_shell(shell: str) -> None:
    assert printed_by([shell, "-c"], variables_as_text("shell", NASTY)).items() >= NASTY.items()


@pytest.mark.parametrize("shell", SHELLS)
def test_what_a_posix_shell_has_stays(shell: str) -> None:
    script = variables_as_text("shell", sdk_environment("http://h:1", "eu-west-1"), KEPT)
    variables = printed_by([shell, "-c"], script, {"AWS_REGION": "us-west-2", "AWS_ACCESS_KEY_ID": ""})
    assert (variables["AWS_REGION"], variables["AWS_DEFAULT_REGION"]) == ("us-west-2", "eu-west-1")
    assert variables["AWS_ACCESS_KEY_ID"] == "test"


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed; its rules are tested below")
def test_fish() -> None:
    script = variables_as_text("fish", NASTY | {"AWS_REGION": "eu-west-1"}, KEPT)
    assert printed_by(["fish", "--no-config", "-c"], script, {"AWS_REGION": "x"}).items() >= NASTY.items()


def test_fish_quotes() -> None:
    """In single quotes only these two are escaped: https://fishshell.com/docs/current/language.html#quotes"""
    text = variables_as_text("fish", NASTY, {"PLAIN"})
    assert text.startswith(
        "set -q PLAIN; or set -gx PLAIN 'http://127.0.0.1:4586'\nset -gx BLANKS '/a folder/ca.pem '\n"
    )
    for name, value in NASTY.items():
        found = re.search(rf"set -gx {name} '((?:[^'\\]|\\.)*)'\n", text, re.DOTALL)
        assert found
        assert re.sub(r"\\([\\'])", r"\1", found[1]) == value


def test_powershell_quotes() -> None:
    """A verbatim string doubles its quotation mark, which may be a typographic one (about_Quoting_Rules)."""
    text = variables_as_text("powershell", NASTY, {"PLAIN"})
    assert text.startswith("if (-not $env:PLAIN) { $env:PLAIN = 'http://127.0.0.1:4586' }\n")
    for name, value in NASTY.items():
        found = re.search(rf"\$env:{name} = '((?:[^'‘’‚‛]|''|‘‘|’’|‚‚|‛‛)*)'(?: }})?\n", text, re.DOTALL)
        assert found, name
        assert re.sub("(['‘’‚‛])\\1", r"\1", found[1]) == value


def test_dotenv() -> None:
    text = variables_as_text("dotenv", NASTY)
    assert dotenv_values(stream=StringIO(text), interpolate=False) == NASTY
    assert "PLAIN=http://127.0.0.1:4586\n" in text


def test_github() -> None:
    """A line is `NAME=value` without quotes: the runner takes all behind the first = (its FileCommandManager)."""
    lines = variables_as_text("github", NASTY).splitlines()
    assert dict(line.split("=", 1) for line in lines) == NASTY


def test_json() -> None:
    assert json.loads(variables_as_text("json", NASTY)) == NASTY


# ---- which variables -----------------------------------------------------------------------------------------------

BASE = sdk_environment("http://127.0.0.1:4586", "us-east-1")


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_is_passed_by(name: str) -> None:
    fitted = adapted_to({name: "http://proxy:3128"}, BASE)
    assert fitted["NO_PROXY"] == fitted["no_proxy"] == "127.0.0.1,localhost"


def test_what_needs_no_proxy_already_stays() -> None:
    fitted = adapted_to({"http_proxy": "http://proxy:3128", "no_proxy": "internal,127.0.0.1"}, BASE)
    assert fitted["no_proxy"] == "internal,127.0.0.1,localhost"
    assert "NO_PROXY" not in adapted_to({"no_proxy": "x"}, BASE)


def test_endpoints_that_are_switched_off_are_switched_on() -> None:
    assert adapted_to({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, BASE) == BASE | {
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"
    }


def test_options_of_java_are_kept() -> None:
    variables = sdk_environment("https://h:1", "us-east-1", truststore="/a b/store.p12")
    environ = {"JAVA_TOOL_OPTIONS": "-Xmx1g -Djavax.net.ssl.trustStore=/old -Djavax.net.ssl.trustStorePassword=x"}
    assert adapted_to(environ, variables)["JAVA_TOOL_OPTIONS"] == (
        '-Xmx1g "-Djavax.net.ssl.trustStore=/a b/store.p12" -Djavax.net.ssl.trustStorePassword=changeit '
        "-Djavax.net.ssl.trustStoreType=PKCS12"
    )


def test_a_ca_is_named_for_each_language() -> None:
    variables = sdk_environment("https://h:1", "us-east-1", ca_bundle="/ca.pem")
    assert {name for name, value in variables.items() if value == "/ca.pem"} == {
        "AWS_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "SSL_CERT_FILE",
    }


@pytest.mark.parametrize(
    ("environ", "region"),
    [
        ({}, None),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "eu-west-1"}, "us-west-2"),
    ],
)
def test_the_region_of_an_environment(environ: dict[str, str], region: str | None) -> None:
    assert region_of(environ) == region
