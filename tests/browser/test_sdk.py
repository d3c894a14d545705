"""The AWS SDK for JavaScript in a page of another localhost port tails through CORS."""

import shutil
import subprocess
from pathlib import Path

import pytest
from selenium import webdriver

from livetail import LiveTailEmulator
from tests.browser.page import GROUP, STREAM
from tests.browser.web_server import serving_folder

pytestmark = pytest.mark.browser

TAILING = "window.tailing = tail(...arguments).catch(String)"
PROJECT = Path(__file__).parent / "sdk"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a page that has the SDK, made with npm and esbuild in the versions of `sdk/package.json`."""
    folder = tmp_path_factory.mktemp("sdk")
    for file in PROJECT.iterdir():
        shutil.copy(file, folder)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True, timeout=300)
    bundling = [
        "npx",
        "esbuild",
        "page.js",
        "--bundle",
        "--format=iife",
        "--outfile=site/bundle.js",
        "--log-level=error",
    ]
    subprocess.run(bundling, cwd=folder, check=True, timeout=120)
    (folder / "site" / "index.html").write_text("<!doctype html><title>viewer</title><script src=bundle.js></script>")
    return folder / "site"


@pytest.mark.timeout(420)
def test_tail_in_a_page(window: webdriver.Chrome, manual: LiveTailEmulator, bundle: Path) -> None:
    manual.put(GROUP, STREAM, ["before"])
    with serving_folder(bundle) as url:
        window.get(url)
        window.execute_script(TAILING, manual.endpoint_url, manual.log_group_arn(GROUP))
        manual.wait_for_sessions(1)
        manual.put(GROUP, STREAM, ["hello", "from a page"])
        manual.advance(1)
        assert window.execute_async_script("window.tailing.then(arguments[0])") == ["hello", "from a page"]
        assert window.execute_script("return window.opened") is True
        refused = "refused(arguments[0]).then(arguments[1])"
        assert window.execute_async_script(refused, manual.endpoint_url) == "ResourceNotFoundException"
