"""The dashboard in a real Chromium, as the tests use it."""

import json
from collections.abc import Callable
from typing import Any, Final, Self, TypeVar

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from livetail.testing.handle import LiveTail

GROUP: Final = "/app/api"
STREAM: Final = "web-1"
HOST_NAME: Final = "livetail-container"
"""Another name of 127.0.0.1, for this Chromium."""

T = TypeVar("T")


class Page:
    """One tab, with the dashboard of one emulator."""

    def __init__(self, driver: webdriver.Chrome, emulator: LiveTail) -> None:
        self.driver = driver
        self.emulator = emulator

    def open(self, state: str = "", *, address: str | None = None) -> Self:
        """Open the dashboard anew and wait until it has started; `state` is the part of the address behind `#`."""
        self.driver.get("about:blank")
        url = address or f"{self.emulator.endpoint_url}/_livetail/"
        self.driver.get(f"{url}#{state}" if state else url)
        self.until(lambda: self.run("return document.body.dataset.ready") == "1")
        return self

    def until(self, condition: Callable[[], T], seconds: float = 15) -> T:
        """Wait until a condition is true; returns its value. Elements that the page has replaced are searched again."""
        wait = WebDriverWait(self.driver, seconds, 0.05, [StaleElementReferenceException])
        return wait.until(lambda _: condition())

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def __getitem__(self, element_id: str) -> WebElement:
        return self.driver.find_element(By.ID, element_id)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, element_id: str) -> str:
        return str(self.run("return document.getElementById(arguments[0])?.textContent ?? ''", element_id))

    def texts(self, selector: str) -> list[str]:
        """The texts of elements as they are shown, all read at once, since the page replaces its lists as it polls."""
        return list(self.run("return [...document.querySelectorAll(arguments[0])].map((e) => e.innerText)", selector))

    def click(self, selector: str) -> None:
        def has_clicked() -> bool:
            self.driver.find_element(By.CSS_SELECTOR, selector).click()
            return True

        self.until(has_clicked)

    def type(self, element_id: str, text: str, *keys: str) -> None:
        """Replace what a field has by a text, and press keys then."""
        field = self[element_id]
        field.clear()
        field.send_keys(text, *keys)

    def press(self, key: str) -> None:
        """Press a key while no field has the focus."""
        self.run("document.activeElement.blur()")
        self.driver.switch_to.active_element.send_keys(key)

    def show(self, tab: str) -> None:
        self.click(f"#tab-{tab}")

    def tail(self, group: str = GROUP, pattern: str = "", **fields: str) -> None:
        """Fill the form and start, and wait until the session is there."""
        self.type("group", group, Keys.ENTER)
        for element_id, text in {"pattern": pattern, **fields}.items():
            if text:
                self.type(element_id, text)
        self.click("#start")
        self.until(lambda: self.text("state") == "tailing")

    def second(self) -> None:
        """Let a second pass, with the button."""
        before = self.text("now")
        self.click("[data-advance=second]")
        self.until(lambda: self.text("now") != before)

    def messages(self) -> list[str]:
        script = "return [...document.querySelectorAll('.row .message')].map((node) => node.textContent)"
        return list(self.run(script))

    def shows(self, *messages: str) -> None:
        """Wait until exactly these messages are shown."""
        self.until(lambda: self.messages() == list(messages))

    def requested_urls(self) -> list[str]:
        """All that the browser has asked the network for since the last call."""
        entries = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        requests = [entry["params"] for entry in entries if entry["method"] == "Network.requestWillBeSent"]
        return [request["request"]["url"] for request in requests]

    def has_class(self, element_id: str, name: str) -> bool:
        return bool(
            self.run("return document.getElementById(arguments[0]).classList.contains(arguments[1])", element_id, name)
        )

    def problems(self) -> list[str]:
        """What the browser's console has of errors since the last call, those of the content policy included."""
        return [entry["message"] for entry in self._log("browser") if entry["level"] == "SEVERE"]

    def _log(self, kind: str) -> list[Any]:
        return list(self.driver.get_log(kind))  # type: ignore[no-untyped-call]
