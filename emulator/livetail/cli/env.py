"""`livetail env`: the variables that point an AWS SDK at a running emulator; for `eval "$(livetail env)"`."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from livetail.cli.command_parser import CommandError
from livetail.cli.endpoint import add_endpoint_flag
from livetail.control_client import ControlClient
from livetail.environment import KEPT, KEYS, adapted_to, make_truststore, region_of, sdk_environment
from livetail.environment_formats import FORMATS, variables_as_text
from livetail.errors import NoResponseError
from livetail.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    add_endpoint_flag(parser)
    parser.add_argument("--format", choices=FORMATS, default="shell", help="form of the output [%(default)s]")
    parser.add_argument("--region", metavar="NAME", help="region [that of the environment, else of the server]")
    parser.add_argument(
        "--write", metavar="DIR", type=Path, help="write configuration files there, and with HTTPS the CA, and use them"
    )


def run(arguments: argparse.Namespace) -> int:
    if arguments.write is not None and not str(arguments.write.absolute()).isprintable():
        # AWS's configuration files are UTF-8 and have one setting a line.
        raise CommandError(
            f"--write takes a folder whose path is printable UTF-8, not {str(arguments.write)!a}", status=2
        )
    try:
        variables = adapted_to(os.environ, _variables(arguments.emulator, arguments.region, arguments.write))
    except OSError as error:
        raise CommandError(f"cannot write to {arguments.write}: {error.strerror}") from None
    kept = KEPT if arguments.region is None else KEPT - {"AWS_REGION", "AWS_DEFAULT_REGION"}
    if arguments.format == "github":
        # The file has no syntax for "unless it is set", so variables that an earlier step has set are not written.
        variables = {name: value for name, value in variables.items() if name not in kept or not os.environ.get(name)}
    sys.stdout.write(variables_as_text(arguments.format, variables, kept))
    return 0


def _variables(emulator: ControlClient, region: str | None, folder: Path | None) -> dict[str, str]:
    """The variables for a server; files are written to `folder`, and variables name them.

    Raises:
        OSError: the folder or a file cannot be written.
    """
    try:
        health = emulator.health(timeout_s=3)
    except NoResponseError as error:
        health = {}
        _warn(f"{error}; the variables are for a server that will be there")
    ca_bundle = truststore = None
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        ca_bundle, truststore = _write_trust(emulator, folder)
    elif emulator.url.startswith("https:"):
        _warn("no variable for the certificate is printed: --write DIR stores its CA, and prints them")
    variables = sdk_environment(emulator.url, _region(region, health), ca_bundle=ca_bundle, truststore=truststore)
    if health.get("verifiesSignatures"):
        variables = {name: value for name, value in variables.items() if name not in KEYS}
        if not all(os.environ.get(name) for name in KEYS):
            _warn(f"the server checks signatures: set {' and '.join(sorted(KEYS))} to one of its --credentials")
    return variables if folder is None else variables | _write_configuration(folder, variables)


def _warn(sentence: str) -> None:
    print(f"livetail: {sentence}", file=sys.stderr)


def _region(given: str | None, health: dict[str, Any]) -> str:
    """The region that is given, or that of the environment, or that of the server; warns where they differ."""
    server_region = health.get("region")
    region = given or region_of(os.environ) or server_region or Settings.resolve({}, os.environ).region
    if server_region and region != server_region:
        _warn(
            f"the region is {region} here and {server_region} on the server: log groups of one are not found in the "
            f"other. `livetail serve --region {region}` makes them the same."
        )
    return region


def _write_trust(emulator: ControlClient, folder: Path) -> tuple[str | None, str | None]:
    """Store the CA of a server with HTTPS as PEM and as a truststore; returns the paths."""
    if not emulator.url.startswith("https:"):
        return None, None
    pem = emulator.certificate()
    if pem is None:
        _warn("the server's certificate was given with --certfile; no CA is written")
        return None, None
    bundle, store = (folder / "ca.pem").absolute(), (folder / "truststore.p12").absolute()
    bundle.write_bytes(pem)
    try:
        store.write_bytes(make_truststore(pem))
    except ModuleNotFoundError:
        _warn("no truststore for Java is written, which needs the extra: pip install 'livetail[tls]'")
        return str(bundle), None
    return str(bundle), str(store)


def _write_configuration(folder: Path, variables: dict[str, str]) -> dict[str, str]:
    """Write AWS configuration and credentials files; returns the variables that name them."""
    config, credentials = (folder / "config").absolute(), (folder / "credentials").absolute()
    trust = f"ca_bundle = {variables['AWS_CA_BUNDLE']}\n" if "AWS_CA_BUNDLE" in variables else ""
    endpoint = variables["AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"]
    config_text = f"""\
[default]
region = {variables["AWS_REGION"]}
disable_host_prefix_injection = true
services = livetail
{trust}
[services livetail]
cloudwatch_logs =
  endpoint_url = {endpoint}
sts =
  endpoint_url = {endpoint}
"""
    keys = [f"{name.lower()} = {variables[name]}" for name in sorted(KEYS) if name in variables]
    config.write_text(config_text, encoding="utf-8")
    credentials.write_text("\n".join(["[default]", *keys, ""]), encoding="utf-8")
    return {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}
