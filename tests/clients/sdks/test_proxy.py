"""SDKs that find the emulator as their `HTTP_PROXY`, at an endpoint that no name server knows."""

from dataclasses import replace

import pytest

from livetail import LiveTailEmulator
from tests.clients.sdks.expectations import expected
from tests.clients.sdks.programs import SDKS, Program
from tests.clients.sdks.script import session_start

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]  # the first test of an SDK builds its program

PROXIED = ("boto3", "boto3 1.33.13", "aiobotocore", "go", "rust", "kotlin", "java-crt")


@pytest.mark.parametrize("name", PROXIED)
def test_a_proxy_needs_no_name(name: str) -> None:
    (sdk,) = (sdk for sdk in SDKS if sdk.name == name)
    if sdk.missing:
        pytest.skip(f"{name}: this machine has no {', '.join(sdk.missing)}")
    with LiveTailEmulator(clock="manual@2026-01-01T00:00:00Z", seed=7) as emulator:
        variables = emulator.environment()
        del variables["AWS_DISABLE_HOST_PREFIX_INJECTION"]
        with Program(replace(sdk, is_proxied=True), emulator.endpoint_url, variables) as program:
            assert session_start(emulator, program) == expected(name, "sessionStart")
