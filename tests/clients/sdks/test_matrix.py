"""Every SDK plays the same script, over HTTP and over TLS; `expectations.py` says what is an SDK's own way."""

from collections.abc import Callable, Iterator

import pytest

from livetail import LiveTailEmulator
from tests.clients.sdks.expectations import ALSO_SEEN, expected, in_words
from tests.clients.sdks.programs import SDKS, Program, Sdk
from tests.clients.sdks.script import STEPS, Step

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]  # the first test of an SDK builds its program

Note = Callable[[str, object], None]


@pytest.fixture(scope="module", params=["http", "https"])
def emulator(request: pytest.FixtureRequest) -> Iterator[LiveTailEmulator]:
    tls = request.param == "https"
    with LiveTailEmulator(clock="manual@2026-01-01T00:00:00Z", seed=7, session_timeout="10s", tls=tls) as emulator:
        yield emulator


@pytest.fixture(scope="module", params=SDKS, ids=lambda sdk: sdk.name)
def sdk(request: pytest.FixtureRequest) -> Sdk:
    found: Sdk = request.param
    if found.missing:
        pytest.skip(f"{found.name}: this machine has no {', '.join(found.missing)}")
    return found


@pytest.fixture(scope="module")
def program(emulator: LiveTailEmulator, sdk: Sdk) -> Iterator[Program]:
    if sdk.why_not_tls and emulator.endpoint_url.startswith("https:"):
        pytest.skip(f"{sdk.name} over TLS: {sdk.why_not_tls}")
    with Program(sdk, emulator.endpoint_url, emulator.environment()) as program:
        yield program


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_step(emulator: LiveTailEmulator, sdk: Sdk, program: Program, step: Step, record_property: Note) -> None:
    scheme = emulator.endpoint_url.partition(":")[0]
    for name, value in (("sdk", sdk.name), ("scheme", scheme), ("step", step.name)):
        record_property(name, value)
    if step.needs_updates and sdk.prints_messages_only:
        pytest.skip(f"{sdk.name} prints messages only")
    emulator.reset()
    seen = step.play(emulator, program)
    record_property("seen", seen)
    record_property("words", in_words(step.name, seen))
    if seen != ALSO_SEEN.get((sdk.name, step.name)):
        assert seen == expected(sdk.name, step.name)
