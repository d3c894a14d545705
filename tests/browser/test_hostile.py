"""What the dashboard withstands: hostile messages, a great many of them, and pages of others."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from livetail import LiveTailEmulator
from tests.browser.page import GROUP, STREAM, Page
from tests.browser.web_server import serving_folder

pytestmark = pytest.mark.browser

HOSTILE = [
    "<script>document.title = 'taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "</span></div><h1>taken</h1>&lt;b&gt;",
    "\x1b]0;title\x07 \x1b[2J \x1b[31mred",
    "a\x00b\x08c\x7fd\x9fe\rf",
    "user\u202egpj.exe\u202c \u2066isolated\u2069 \u200bzero \ufeff",
    "שלום עולם",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 漢字 \u0301",
    "tab\tand\nline\nbreaks",
    "__proto__ constructor ${alert(1)} {{7*7}} javascript:alert(1)",
]


def test_hostile_messages_are_text(page: Page) -> None:
    page.emulator.put(GROUP, STREAM, ["before"])
    page.tail()
    page.emulator.put(GROUP, STREAM, HOSTILE)
    page.second()
    page.until(lambda: len(page.messages()) == len(HOSTILE))
    shown = page.messages()
    assert shown[:3] == HOSTILE[:3]
    assert shown[3] == "ESC]0;titleBEL ESC[2J red"
    assert shown[4] == "aNULbBScDELdU+009FeCRf"
    assert shown[5] == "userU+202Egpj.exeU+202C U+2066isolatedU+2069 U+200Bzero U+FEFF"
    assert shown[6:] == HOSTILE[6:]
    assert page.driver.title == "Livetail"
    assert not page.all("#rows img, #rows script, #rows h1")
    for row in page.all(".row"):
        row.click()
        page.until(lambda: page["detail"].is_displayed())
    assert page.driver.title == "Livetail"
    assert page.problems() == []


def _with_markup(request: Any, **_: Any) -> None:
    request.headers["User-Agent"] = "<u>"


def test_names_of_others_are_text(page: Page) -> None:
    group = "/app/<b>"
    page.click("#tab-write")
    page.type("write-group", group)
    page.click("#write-form .primary")
    page.until(lambda: page.text("notice") != "")
    client = page.emulator.client()
    client.meta.events.register("before-send", _with_markup)
    client.create_log_group(logGroupName=GROUP)
    client.close()
    page.show("requests")
    page.until(lambda: "<u>" in page.text("journal"))
    assert not page.all("#journal u, #notice b, .chips b")


def test_long_lines_are_cut_until_they_are_selected(page: Page) -> None:
    page.emulator.put(GROUP, STREAM, ["before"])
    page.tail()
    page.emulator.put(GROUP, STREAM, ["x" * 200_000, "y" * 200_000])
    page.second()
    page.until(lambda: len(page.messages()) == 2)
    assert page.messages()[0] == "x" * 8_000 + " … 192,000 more characters"
    page.all(".row")[0].click()
    page.until(lambda: len(page.text("detail")) > 200_000)


def test_memory_after_a_hundred_thousand_log_events(page: Page) -> None:
    page.emulator.put(GROUP, STREAM, ["before"])
    page.tail()

    def feed(updates: int) -> float:
        expected = int(page.text("updates").replace(",", "")) + updates
        for number in range(updates):
            page.emulator.put(GROUP, STREAM, [f"{number} {line} ERROR {'x' * 200}" for line in range(500)])
            page.emulator.advance(1)
        page.until(lambda: int(page.text("updates").replace(",", "")) == expected, 60)
        page.until(lambda: page.messages()[-1].startswith(f"{updates - 1} 499 "))
        page.driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
        return float(page.driver.execute_cdp_cmd("Runtime.getHeapUsage", {})["usedSize"])

    before = feed(10)
    after = feed(200)
    assert len(page.messages()) == 2_000
    assert after < before + 10_000_000, f"{before / 1e6:.1f} MB, then {after / 1e6:.1f} MB"


def test_nothing_is_asked_of_another_origin(page: Page) -> None:
    page.emulator.put(GROUP, STREAM, ["before", "<img src=http://elsewhere.example/x>"])
    page.tail()
    for tab in ("sessions", "write", "faults", "requests"):
        page.show(tab)
    page.second()
    urls = [url for url in page.requested_urls() if url != "about:blank"]
    assert len(urls) > 20
    assert {url for url in urls if not url.startswith((page.emulator.endpoint_url, "data:"))} == set()
    assert page.problems() == []


def test_over_tls_and_http2(window: webdriver.Chrome) -> None:
    window.execute_cdp_cmd("Security.setIgnoreCertificateErrors", {"ignore": True})
    with LiveTailEmulator(clock="manual", tls=True) as emulator:
        emulator.put(GROUP, STREAM, ["before"])
        page = Page(window, emulator).open()
        page.tail()
        emulator.put(GROUP, STREAM, ["one"])
        page.second()
        page.shows("one")
        (session,) = emulator.sessions()
        assert session["httpVersion"] == "2"


def test_server_that_checks_signatures(window: webdriver.Chrome) -> None:
    with LiveTailEmulator(clock="manual", verify_signatures=True, credentials=["key:secret"]) as emulator:
        emulator.put(GROUP, STREAM, ["before"])
        page = Page(window, emulator).open(f"group={GROUP}")
        assert "no secret to sign with" in page.text("hint")
        page.click("#start")
        page.until(lambda: "--verify-signatures" in page.text("notice"))
        assert emulator.sessions() == []


@pytest.fixture
def foreign_url(tmp_path: Path) -> Iterator[str]:
    """Another web server on localhost, with an empty page."""
    (tmp_path / "index.html").write_text("<!doctype html><title>foreign</title>")
    with serving_folder(tmp_path) as url:
        yield url


def test_foreign_page_cannot_drive_the_emulator(
    window: webdriver.Chrome, manual: LiveTailEmulator, foreign_url: str
) -> None:
    """A page of another port of localhost may call the AWS API, and nothing of the control plane."""
    manual.put(GROUP, STREAM, ["before"])
    window.get(foreign_url)
    fetching = """
        const [url, init, done] = arguments;
        fetch(url, init).then(async (response) => done([response.status, await response.text()]), () => done(null));
    """
    control = f"{manual.endpoint_url}/_livetail"
    for path, init in [
        ("/reset", {"method": "POST"}),
        ("/reset", {"method": "POST", "mode": "no-cors"}),
        ("/faults", {"method": "DELETE"}),
        ("/events", {"method": "POST", "body": '{"logGroup":"/x","logStream":"s","messages":["m"]}'}),
        ("/sessions", {}),
    ]:
        response = window.execute_async_script(fetching, control + path, init)
        assert response is None or response == [0, ""], (path, response)
    api = {
        "method": "POST",
        "headers": {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "Logs_20140328.DescribeLogGroups",
        },
        "body": "{}",
    }
    status, body = window.execute_async_script(fetching, f"{manual.endpoint_url}/", api)
    assert status == 200 and GROUP in body


def test_foreign_page_cannot_frame_it(window: webdriver.Chrome, manual: LiveTailEmulator, foreign_url: str) -> None:
    window.get(foreign_url)
    framing = """
        const [url, done] = arguments;
        const frame = document.createElement("iframe");
        frame.onload = () => done(frame.contentDocument === null);
        frame.src = url;
        document.body.append(frame);
    """
    window.execute_async_script(framing, f"{manual.endpoint_url}/_livetail/")
    assert any("frame-ancestors" in entry["message"] for entry in window.get_log("browser"))  # type: ignore[no-untyped-call]
