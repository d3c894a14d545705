"""Chromium for the tests in this folder: one for the run, a tab for each test. Without Chromium they fail."""

import shutil
from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from livetail import LiveTailEmulator
from tests.browser.page import HOST_NAME, Page

_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --enable-precise-memory-info"
)


def _program(name: str) -> str:
    path = shutil.which(name)
    assert path, f"{name} is not installed (Debian: apt-get install chromium chromium-driver)"
    return path


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = _program("chromium")
    for flag in _FLAGS.split():
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    options.add_argument(f"--host-resolver-rules=MAP {HOST_NAME} 127.0.0.1")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chromium = webdriver.Chrome(options=options, service=Service(_program("chromedriver")))
    chromium.set_script_timeout(60)
    yield chromium
    chromium.quit()


@pytest.fixture
def window(driver: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """A window of an ordinary size, in light colours, with an empty log."""
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "light"}]}
    )
    for kind in ("browser", "performance"):
        driver.get_log(kind)  # type: ignore[no-untyped-call]
    yield driver
    driver.get("about:blank")  # ends what the page has open, before its server stops


@pytest.fixture
def page(window: webdriver.Chrome, manual: LiveTailEmulator) -> Page:
    """The dashboard of an emulator with a manual clock."""
    return Page(window, manual).open()
