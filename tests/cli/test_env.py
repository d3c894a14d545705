"""`livetail env`: what it prints for which server and which shell, and what `--write` writes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from livetail import LiveTailEmulator
from tests.cli.running import call_livetail, run_livetail, serving


@pytest.fixture(scope="module")
def emulator() -> Iterator[LiveTailEmulator]:
    with LiveTailEmulator(clock="manual", region="eu-central-1") as running:
        yield running


def variables_of(endpoint: str, *arguments: str | Path, variables: dict[str, str] | None = None) -> dict[str, str]:
    run = call_livetail("env", "--endpoint", endpoint, "--format", "json", *arguments, variables=variables)
    assert (run.returncode, run.stderr) == (0, "")
    found = json.loads(run.stdout)
    assert isinstance(found, dict)
    return found


def test_a_server_that_does_not_run_yet() -> None:
    run = call_livetail("env", variables={"LIVETAIL_PORT": "1", "LIVETAIL_REGION": "eu-west-3"})
    assert run.stdout.splitlines()[0] == "export AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=http://127.0.0.1:1"
    assert 'export AWS_REGION="${AWS_REGION:-eu-west-3}"' in run.stdout
    assert run.stderr.startswith("livetail: no response from http://127.0.0.1:1: ")
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize("endpoint", ["garbage", "http://", "ftp://x", "http://a..b", "http://127.0.0.1:99999", ""])
def test_an_endpoint_that_is_no_url(endpoint: str) -> None:
    run = call_livetail("env", "--endpoint", endpoint)
    assert (run.returncode, run.stdout) == (2, "")
    assert len(run.stderr.splitlines()) == 1


def test_the_region_is_that_of_the_server(emulator: LiveTailEmulator) -> None:
    found = variables_of(emulator.endpoint_url)
    assert (found["AWS_REGION"], found["AWS_DEFAULT_REGION"]) == ("eu-central-1", "eu-central-1")


def test_another_region_in_the_shell_is_a_warning(emulator: LiveTailEmulator) -> None:
    run = call_livetail("env", "--endpoint", emulator.endpoint_url, variables={"AWS_DEFAULT_REGION": "us-west-2"})
    assert 'export AWS_REGION="${AWS_REGION:-us-west-2}"' in run.stdout
    assert run.stderr.startswith("livetail: the region is us-west-2 here and eu-central-1 on the server")


def test_a_region_that_is_asked_for_replaces_that_of_the_shell(emulator: LiveTailEmulator) -> None:
    run = call_livetail(
        "env", "--endpoint", emulator.endpoint_url, "--region", "eu-central-1", variables={"AWS_REGION": "x"}
    )
    assert "export AWS_REGION=eu-central-1\n" in run.stdout
    assert run.stderr == ""


def test_a_proxy_in_the_environment(emulator: LiveTailEmulator) -> None:
    found = variables_of(emulator.endpoint_url, variables={"http_proxy": "http://127.0.0.1:1"})
    assert found["NO_PROXY"] == "127.0.0.1,localhost"


def test_what_an_earlier_step_has_set_is_not_in_the_file_of_github(emulator: LiveTailEmulator) -> None:
    run = call_livetail(
        "env", "--endpoint", emulator.endpoint_url, "--format", "github", variables={"AWS_ACCESS_KEY_ID": "AKID"}
    )
    assert run.stdout.splitlines() == [
        f"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS={emulator.endpoint_url}",
        f"AWS_ENDPOINT_URL_STS={emulator.endpoint_url}",
        "AWS_DISABLE_HOST_PREFIX_INJECTION=true",
        "AWS_REGION=eu-central-1",
        "AWS_DEFAULT_REGION=eu-central-1",
        "AWS_SECRET_ACCESS_KEY=test",
    ]


def test_what_serves_few_sdks_says_so(emulator: LiveTailEmulator) -> None:
    lines = call_livetail("env", "--endpoint", emulator.endpoint_url).stdout.splitlines()
    before = lines[lines.index("export AWS_DISABLE_HOST_PREFIX_INJECTION=true") - 1]
    assert before.startswith("# read by boto3, aiobotocore and the AWS CLI only")


TAIL = """
import boto3
logs = boto3.client("logs")
logs.create_log_group(logGroupName="/written")
arn = f"arn:aws:logs:{logs.meta.region_name}:{boto3.client('sts').get_caller_identity()['Account']}:log-group:/written"
stream = logs.start_live_tail(logGroupIdentifiers=[arn])["responseStream"]
print(next(iter(stream))["sessionStart"]["logGroupIdentifiers"])
"""


def tail_with(variables: dict[str, str]) -> bool:
    """Whether a program with these variables and no others opens a session in the region of the server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SSL_", "REQUESTS_"))}
    command = [sys.executable, "-c", TAIL]
    run = subprocess.run(command, env=kept | variables, capture_output=True, text=True, timeout=60, check=False)
    assert run.stdout == "['arn:aws:logs:eu-central-1:123456789012:log-group:/written']\n", run.stderr
    return True


def test_the_written_files(emulator: LiveTailEmulator, tmp_path: Path) -> None:
    folder = tmp_path / "a folder" / "aws"
    found = variables_of(emulator.endpoint_url, "--write", folder)
    assert sorted(path.name for path in folder.iterdir()) == ["config", "credentials"]
    assert {found["AWS_CONFIG_FILE"], found["AWS_SHARED_CREDENTIALS_FILE"]} == set(map(str, folder.iterdir()))


def test_https(tmp_path: Path) -> None:
    """The CA of the server is stored in two forms, and boto3 finds and trusts the server by the written files alone."""
    tmp_path = tmp_path / "a folder"
    with LiveTailEmulator(tls=True, region="eu-central-1") as emulator:
        endpoint = emulator.endpoint_url
        found = variables_of(endpoint, "--write", tmp_path)
        assert found == variables_of(endpoint.replace("https:", "http:"), "--write", tmp_path), "as without --endpoint"
        ca_bundle, truststore = str(tmp_path / "ca.pem"), str(tmp_path / "truststore.p12")
        assert {name for name, value in found.items() if value == ca_bundle} == {
            "AWS_CA_BUNDLE",
            "NODE_EXTRA_CA_CERTS",
            "SSL_CERT_FILE",
        }
        assert f'"-Djavax.net.ssl.trustStore={truststore}" ' in found["JAVA_TOOL_OPTIONS"]
        store = pkcs12.load_pkcs12(Path(truststore).read_bytes(), b"changeit")
        (entry,) = store.additional_certs
        assert entry.certificate == x509.load_pem_x509_certificate(Path(ca_bundle).read_bytes())
        assert tail_with({name: found[name] for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")})
        run = call_livetail("env", "--endpoint", endpoint)
        assert "CERT" not in run.stdout
        assert run.stderr.startswith("livetail: no variable for the certificate is printed: --write DIR")


def test_the_port_that_kubernetes_sets_is_not_that_of_the_server() -> None:
    run = call_livetail("hosts", "--check", variables={"LIVETAIL_PORT": "tcp://10.0.0.1:4586"})
    assert "HTTP_PROXY=http://127.0.0.1:4586: works" in run.stdout


def test_keys_that_the_server_would_refuse_are_not_printed() -> None:
    with LiveTailEmulator(verify_signatures=True, credentials=["AKID:secret"]) as emulator:
        run = call_livetail("env", "--endpoint", emulator.endpoint_url)
    assert "AWS_ACCESS_KEY_ID" not in run.stdout
    assert run.stderr.startswith("livetail: the server checks signatures: set AWS_ACCESS_KEY_ID and AWS_SECRET_")


def test_a_folder_that_cannot_be_written(emulator: LiveTailEmulator) -> None:
    run = call_livetail("env", "--endpoint", emulator.endpoint_url, "--write", "/dev/null/x")
    assert (run.returncode, run.stderr) == (1, "livetail: cannot write to /dev/null/x: Not a directory\n")


def test_variables_without_a_meaning_are_warnings() -> None:
    links = {"LIVETAIL_PORT": "tcp://10.0.0.1:4586", "LIVETAIL_SERVICE_HOST": "10.0.0.1"}
    with serving(variables={"LIVETAIL_MAX_SESSION": "3", "LIVETAIL_URL": "x", **links}) as (process, _):
        process.terminate()
        _, errors = process.communicate(timeout=10)
    (line,) = errors.splitlines()
    assert line.endswith(
        "warning LIVETAIL_MAX_SESSION in the environment is not a setting and has no effect; "
        "did you mean LIVETAIL_MAX_SESSIONS?"
    )


@pytest.mark.parametrize("name", ["a\udcff", "a\nregion = b"])
def test_a_folder_that_configuration_files_cannot_name(tmp_path: Path, name: str) -> None:
    run = call_livetail("env", "--write", tmp_path / name)
    assert (run.returncode, run.stdout, len(run.stderr.splitlines())) == (2, "", 1)
    assert run.stderr.startswith("livetail: --write takes a folder whose path is printable UTF-8, not ")
    assert list(tmp_path.iterdir()) == []


def test_an_output_whose_encoding_lacks_a_character(emulator: LiveTailEmulator, tmp_path: Path) -> None:
    arguments = ("env", "--endpoint", emulator.endpoint_url, "--write", tmp_path / "é")
    run = run_livetail(*arguments, variables={"PYTHONIOENCODING": "ascii"})
    assert (run.returncode, run.stderr) == (
        1,
        "livetail: cannot write the output: its encoding, ascii, lacks '\\xe9'\n",
    )
