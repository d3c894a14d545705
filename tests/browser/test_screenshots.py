"""The screenshots of the documentation; with SCREENSHOTS=1 in the environment they are written into docs/."""

import os
from pathlib import Path

import pytest
from selenium import webdriver

from livetail import LiveTailEmulator
from tests.browser.page import Page
from tests.wire.http1 import Http1Tail

pytestmark = pytest.mark.browser

DOCS = Path(__file__).parents[2] / "docs"
MAX_BYTES = 300_000


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_screenshot(window: webdriver.Chrome, tmp_path: Path, colours: str) -> None:
    emulate = {"features": [{"name": "prefers-color-scheme", "value": colours}]}
    window.execute_cdp_cmd("Emulation.setEmulatedMedia", emulate)
    with LiveTailEmulator(clock="manual@2026-01-01T12:00:00Z", seed=7) as emulator:
        page = Page(window, emulator).open("hl=503&hl=timeout")
        page.show("write")
        page.click("[aria-label='Start the scenario shop']")
        page.until(lambda: page.text("scenarios").startswith("playing"))
        page.show("sessions")
        page.tail("/shop/api")
        with Http1Tail(emulator, "/shop/orders"):
            pass
        client = emulator.client()
        arns = [emulator.log_group_arn("/shop/payments")]
        stream = client.start_live_tail(logGroupIdentifiers=arns, logEventFilterPattern="ERROR")["responseStream"]
        try:
            emulator.wait_for_sessions(2)
            emulator.advance(9)
            page.until(lambda: len(page.all("#open-sessions .card")) == 2 and page.text("updates") == "9")
            page.until(lambda: page.all("#ended-sessions .card"))
            page.type("pattern", "{ $.status >= 500 }")
            page.until(lambda: "match" in page.text("pattern-verdict"))
            wrong = page.run(SELECT_AN_ERROR)
            assert wrong
            page.until(lambda: "The pattern matches." in page.text("why"))
            page.until(lambda: not page["notice"].is_displayed())
            picture = window.get_screenshot_as_png()
        finally:
            stream.close()
            client.close()
    assert len(picture) < MAX_BYTES
    target = DOCS if os.environ.get("SCREENSHOTS") else tmp_path
    (target / f"page-{colours}.png").write_bytes(picture)
    assert (DOCS / f"page-{colours}.png").stat().st_size < MAX_BYTES


SELECT_AN_ERROR = """
    const rows = [...document.querySelectorAll(".row:not(.unmatched)")];
    const row = rows.find((one) => one.textContent.includes('"status":503'));
    row?.click();
    return Boolean(row);
"""
