"""Each function of the dashboard, by clicking it, against a real server with a manual clock."""

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.page import GROUP, HOST_NAME, STREAM, Page
from tests.wire.http1 import Http1Tail

pytestmark = pytest.mark.browser


@pytest.fixture
def tailing(page: Page) -> Page:
    page.emulator.put(GROUP, STREAM, ["before anyone listens"])
    page.tail()
    return page


class TestTail:
    def test_groups_streams_and_pattern(self, page: Page) -> None:
        for group in (GROUP, "/app/web"):
            page.emulator.put(group, STREAM, ["before"])
        page.type("group", "/app/web", Keys.ENTER)
        page.tail(pattern="ERROR")
        page.emulator.put(GROUP, STREAM, ["ERROR one", "ok"])
        page.emulator.put("/app/web", STREAM, ["ERROR two"])
        page.second()
        page.shows("ERROR one", "ERROR two")
        assert [text.split("\n")[0] for text in page.texts(".chip")] == ["/app/web", GROUP]
        assert page.texts(".row .group") == [GROUP, "/app/web"]

    @pytest.mark.parametrize(("kind", "given"), [("names", STREAM), ("prefixes", "web")])
    def test_streams(self, page: Page, kind: str, given: str) -> None:
        page.emulator.put(GROUP, STREAM, ["before"])
        page.click(f"#stream-kind option:nth-child({1 if kind == 'names' else 2})")
        page.tail(streams=given)
        page.emulator.put(GROUP, "job-1", ["elsewhere"])
        page.emulator.put(GROUP, STREAM, ["here"])
        page.second()
        page.shows("here")

    def test_stop(self, tailing: Page) -> None:
        tailing.click("#start")
        tailing.until(lambda: tailing.text("state") == "stopped")
        tailing.emulator.assert_no_sessions()

    def test_refusal_shows_the_error_of_aws(self, page: Page) -> None:
        page.type("group", "/none", Keys.ENTER)
        page.click("#start")
        page.until(lambda: page.text("state") == "refused")
        assert "ResourceNotFoundException: The specified log group does not exist" in page.text("notice")

    def test_exception_of_the_stream(self, page: Page) -> None:
        page.emulator.put(GROUP, STREAM, ["before"])
        page.emulator.add_fault({"after": {"updates": 1}, "effect": {"type": "exception"}})
        page.tail()
        page.second()
        page.until(lambda: page.text("state").startswith("SessionStreamingException: "))

    @pytest.mark.parametrize(("effect", "words"), [("cut", "broke"), ("corrupt", "checksum"), ("truncate", "middle")])
    def test_stream_that_breaks(self, page: Page, effect: str, words: str) -> None:
        page.emulator.put(GROUP, STREAM, ["before"])
        page.emulator.add_fault({"after": {"updates": 1}, "effect": {"type": effect}})
        page.tail()
        page.second()
        page.second()
        page.until(lambda: words in page.text("state"))

    def test_another_account_and_region(self, page: Page) -> None:
        arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/far"
        client = page.emulator.client(region_name="eu-west-1", aws_access_key_id="111122223333")
        client.create_log_group(logGroupName="/far")
        client.close()
        page.tail(arn)
        (session,) = page.emulator.sessions()
        assert session["logGroupIdentifiers"] == [arn]


class TestPause:
    def test_nothing_is_lost(self, tailing: Page) -> None:
        tailing.click("#pause")
        tailing.emulator.put(GROUP, STREAM, [f"line {number}" for number in range(40)])
        tailing.second()
        tailing.until(lambda: tailing.text("pause") == "Resume, 40 new")
        assert tailing.messages() == []
        tailing.click("#pause")
        tailing.shows(*(f"line {number}" for number in range(40)))

    def test_clear(self, tailing: Page) -> None:
        tailing.emulator.put(GROUP, STREAM, ["one"])
        tailing.second()
        tailing.shows("one")
        tailing.click("#clear")
        tailing.shows()
        assert tailing.text("received") == "0"

    def test_it_scrolls_only_while_at_the_bottom(self, tailing: Page) -> None:
        tailing.emulator.put(GROUP, STREAM, [f"line {number}" for number in range(200)])
        tailing.second()
        position = "const rows = document.getElementById('rows'); return rows.scrollTop"
        distance = f"{position.replace('rows.scrollTop', 'rows.scrollHeight - rows.scrollTop - rows.clientHeight')}"
        tailing.until(lambda: len(tailing.messages()) == 200 and tailing.run(distance) < 2)
        tailing.run("document.getElementById('rows').scrollTop = 100")
        tailing.until(lambda: tailing.has_class("latest", "emphasized"))
        tailing.emulator.put(GROUP, STREAM, ["one more"])
        tailing.second()
        tailing.until(lambda: len(tailing.messages()) == 201)
        assert tailing.run(position) == 100
        tailing.click("#latest")
        tailing.until(lambda: tailing.run(distance) < 2)


def test_status_bar(tailing: Page) -> None:
    tailing.second()
    tailing.until(lambda: tailing.text("empty") == "1")
    tailing.emulator.put(GROUP, STREAM, [f"line {number}" for number in range(700)])
    tailing.second()
    tailing.until(lambda: tailing.text("received") == "500")
    assert tailing.text("sampled") == "1 of 2"
    assert tailing.has_class("sampled-cell", "emphasized")
    assert tailing.text("updates") == "2"
    assert tailing.text("rate") == "250"
    tailing.until(lambda: tailing.text("elapsed") == "0:00:02")
    assert tailing.text("limit") == "of 3:00:00"


def test_sessions_of_all_clients(tailing: Page) -> None:
    with Http1Tail(tailing.emulator, GROUP, logEventFilterPattern="ERROR"):
        tailing.until(lambda: len(tailing.all("#open-sessions .card")) == 2)
        assert tailing.text("count-sessions") == "2"
        tailing.emulator.put(GROUP, STREAM, ["ERROR"])
        tailing.second()
        tailing.until(lambda: tailing.texts("#open-sessions .card:nth-child(2) dd")[0] == "1")
        own, other = tailing.texts("#open-sessions .card")
        assert own.startswith("This page") and other.startswith("unknown client") and "ERROR" in other
        tailing.click("#open-sessions .card:nth-child(2) button")
        tailing.until(lambda: len(tailing.all("#open-sessions .card")) == 1)
    tailing.until(lambda: tailing.texts("#ended-sessions .tag") == ["deleted"])


def test_focus_and_what_is_open_survive_polling(tailing: Page) -> None:
    tailing.until(lambda: tailing.all("#open-sessions button"))
    tailing.run("document.querySelector('#open-sessions button').focus()")
    tailing.emulator.put(GROUP, STREAM, ["one"])
    tailing.emulator.advance(1)
    tailing.until(lambda: "0:00:01" in tailing.text("open-sessions"))
    assert tailing.run("return document.activeElement.textContent") == "End"
    tailing.show("requests")
    tailing.until(lambda: tailing.all("#journal details"))
    tailing.click("#journal summary")
    with Http1Tail(tailing.emulator, GROUP):
        tailing.until(lambda: len(tailing.all("#journal details")) == 2)
        opened = "return [...document.querySelectorAll('#journal details')].map((entry) => entry.open)"
        assert tailing.run(opened) == [False, True]


def test_log_groups_are_suggested(page: Page) -> None:
    client = page.emulator.client(region_name="eu-west-1")
    client.create_log_group(logGroupName="/far")
    client.close()
    page.emulator.put(GROUP, STREAM, ["before"])
    page["group"].click()
    options = "return [...document.querySelectorAll('#known-groups option')].map((option) => option.value)"
    suggested = [GROUP, "arn:aws:logs:eu-west-1:123456789012:log-group:/far"]
    page.until(lambda: sorted(page.run(options)) == suggested)


class TestPattern:
    @pytest.fixture
    def lines(self, tailing: Page) -> Page:
        tailing.emulator.put(GROUP, STREAM, ['{"status": 503}', '{"status": "503"}', "no JSON"])
        tailing.second()
        tailing.until(lambda: len(tailing.messages()) == 3)
        return tailing

    def test_which_lines_match(self, lines: Page) -> None:
        lines.type("pattern", "{ $.status >= 500 }")
        lines.until(lambda: lines.text("pattern-verdict").startswith("1 of the last 3 log events match"))
        assert [text.split(STREAM)[1].strip() for text in lines.texts(".row.unmatched")] == lines.messages()[1:]

    def test_where_it_is_wrong(self, lines: Page) -> None:
        lines.type("pattern", "{ $.status >= }")
        lines.until(lambda: lines.has_class("pattern-verdict", "bad"))
        assert "Invalid filter pattern" in lines.text("pattern-verdict")
        assert lines.all("#pattern-verdict .wrong")

    def test_why_a_line_does_not_match(self, lines: Page) -> None:
        lines.type("pattern", "{ $.status >= 500 }")
        lines.click(".row:nth-child(2) .message")
        lines.until(lambda: "The pattern does not match." in lines.text("why"))
        assert '"503" is a string' in lines.text("why")


class TestRows:
    def test_level_time_and_stream(self, tailing: Page) -> None:
        tailing.emulator.put(GROUP, STREAM, ["ERROR a", "[warn] b", '{"level":"debug"}', "plain"])
        tailing.second()
        tailing.until(lambda: len(tailing.messages()) == 4)
        rows = tailing.all(".row")
        assert [row.get_attribute("data-level") for row in rows] == ["error", "warn", "debug", None]
        assert rows[0].text.split() == ["00:00:00.000", STREAM, "ERROR", "a"]

    def test_highlights_with_counts(self, tailing: Page) -> None:
        tailing.emulator.put(GROUP, STREAM, ["one two", "two", "three"])
        tailing.second()
        tailing.type("highlights", "one, two, (x", Keys.ENTER)
        tailing.until(lambda: tailing.text("highlight-counts") == "one 1two 2(x 0")
        assert tailing.texts(".row mark") == ["one", "two", "two"]

    def test_wrap_and_json(self, tailing: Page) -> None:
        tailing.emulator.put(GROUP, STREAM, ['{"a":{"b":[1,2],"c":{}},"d":12345678901234567890}', "x" * 2_000])
        tailing.second()
        tailing.until(lambda: len(tailing.messages()) == 2)
        assert tailing.all(".row")[1].size["height"] < 40
        tailing.click("#wrap")
        assert tailing.all(".row")[1].size["height"] > 100
        tailing.click("#expand")
        expanded = (
            '{\n  "a": {\n    "b": [\n      1,\n      2\n    ],\n    "c": {}\n  },\n  "d": 12345678901234567890\n}'
        )
        assert tailing.messages()[0] == expanded

    def test_ansi_colours(self, tailing: Page) -> None:
        tailing.emulator.put(GROUP, STREAM, ["\x1b[1;31mred\x1b[0m plain \x1b[38;5;46mgreen\x1b[m"])
        tailing.second()
        tailing.shows("red plain green")
        spans = [(span.get_attribute("class"), span.text) for span in tailing.all(".message span")]
        assert spans == [("ansi-bold ansi-fg-red", "red"), ("ansi-fg-green", "green")]

    def test_copy(self, tailing: Page) -> None:
        tailing.driver.execute_cdp_cmd(
            "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
        )
        tailing.emulator.put(GROUP, STREAM, ["one", "two"])
        tailing.second()
        tailing.shows("one", "two")
        tailing.click("#copy-all")
        tailing.until(lambda: tailing.text("notice") == "2 log events copied")
        read = "navigator.clipboard.readText().then(arguments[0], (error) => arguments[0](String(error)))"
        assert tailing.driver.execute_async_script(read) == "one\ntwo"


class TestWrite:
    def test_the_first_minute_without_an_sdk(self, page: Page) -> None:
        page.show("write")
        page.type("write-messages", "hello\nworld")
        page.type("write-times", "2")
        page.click("#write-form .primary")
        page.until(lambda: page.text("notice") == "4 log events written")
        page.click("#start")  # the log group that was written to is filled in
        page.until(lambda: page.text("state") == "tailing")
        page.click("#write-form .primary")
        page.until(lambda: "written" in page.text("notice"))
        page.second()
        page.shows("hello", "world", "hello", "world")

    def test_scenarios(self, page: Page) -> None:
        page.show("write")
        page.click("[aria-label='Start the scenario shop']")
        page.until(lambda: page.text("scenarios").startswith("playingshop"))
        assert [scenario["name"] for scenario in page.emulator.scenarios()] == ["shop"]
        page.click("#scenarios button")
        page.until(lambda: page.text("scenarios") == "No scenario is running.")


class TestFaults:
    def test_one_click_for_each_effect(self, page: Page) -> None:
        page.show("faults")
        buttons = page.all(".effect")
        for button in buttons:
            button.click()
            page.until(lambda name=button.text: f": {name} for" in page.text("notice"))  # type: ignore[misc]
        names = [fault["effect"]["type"] for fault in page.emulator.faults()]
        assert names == [button.text for button in buttons]
        assert {"cut", "stall", "error", "exception", "no-initial-response"} <= set(names)
        page.click("#clear-faults")
        page.until(lambda: page.text("rules") == "No rule is in force.")

    def test_on_an_open_session_and_what_it_fired_on(self, tailing: Page) -> None:
        tailing.show("faults")
        tailing.until(lambda: len(tailing.all("#fault-target option")) == 2)
        tailing.click("#fault-target option:nth-child(2)")
        assert not tailing.all(".effect[data-effect=error]")[0].is_enabled()
        tailing.type("fault-after", "1")
        tailing.click(".effect[data-effect=exception]")
        tailing.until(lambda: "fired 0, 1 left" in tailing.text("rules"))
        tailing.second()
        tailing.until(lambda: tailing.text("state").startswith("SessionStreamingException"))
        tailing.until(lambda: "fired 1, 0 left" in tailing.text("rules"))
        tailing.until(lambda: "exceptionsession " in tailing.text("fired"))


class TestClock:
    def test_buttons(self, tailing: Page) -> None:
        assert (tailing.text("clock-mode"), tailing.text("now")) == ("manual", "2026-01-01 00:00:00")
        tailing.emulator.advance(0.4)
        tailing.until(lambda: tailing.run("return document.getElementById('now').dateTime").endswith(".400Z"))
        tailing.click("[data-advance=update]")
        tailing.until(lambda: tailing.text("now") == "2026-01-01 00:00:01")
        assert tailing.emulator.now() % 1_000 == 0
        tailing.second()
        tailing.click("[data-advance=timeout]")
        tailing.until(lambda: tailing.text("state").startswith("SessionTimeoutException"))
        assert tailing.text("now") == "2026-01-01 03:00:02"

    def test_reset(self, tailing: Page) -> None:
        tailing.second()
        tailing.click("#reset")
        tailing.until(lambda: tailing.text("now") == "2026-01-01 00:00:00")
        tailing.until(lambda: tailing.text("start") == "Start")
        assert tailing.emulator.sessions() == []


def test_journal(page: Page) -> None:
    client = page.emulator.client()
    client.create_log_group(logGroupName=GROUP)
    with pytest.raises(client.exceptions.ResourceAlreadyExistsException):
        client.create_log_group(logGroupName=GROUP)
    client.close()
    page.show("requests")
    page.until(lambda: len(page.all("#journal details")) == 2)
    newest = page.all("#journal details")[0]
    assert newest.text.split()[:4] == ["00:00:00", "400", "CreateLogGroup", "ResourceAlreadyExistsException"]
    assert "Boto3/" in newest.text
    newest.click()
    assert GROUP in newest.text


class TestEverywhere:
    @pytest.mark.parametrize("host", ["localhost", HOST_NAME])
    def test_any_name_of_the_host(self, page: Page, host: str) -> None:
        port = page.emulator.endpoint_url.rpartition(":")[2]
        page.emulator.put(GROUP, STREAM, ["before"])
        page.open(address=f"http://{host}:{port}/")  # from where a browser is sent on
        assert page.run("return location.pathname") == "/_livetail/"
        page.tail()
        page.emulator.put(GROUP, STREAM, ["one"])
        page.second()
        page.shows("one")
        page.click("#copy-all")
        page.until(lambda: page.text("notice") == "copied")
        assert page.problems() == []

    def test_keyboard(self, tailing: Page) -> None:
        tailing.press(" ")
        tailing.until(lambda: tailing.text("pause") == "Resume")
        tailing.press(" ")
        tailing.until(lambda: tailing.text("pause") == "Pause")
        tailing.press("/")
        assert tailing.run("return document.activeElement.id") == "pattern"
        tailing.emulator.put(GROUP, STREAM, [f"line {number}" for number in range(200)])
        tailing.second()
        tailing.until(lambda: len(tailing.messages()) == 200)
        tailing.run("document.getElementById('rows').scrollTop = 0")
        tailing.until(lambda: tailing.has_class("latest", "emphasized"))
        tailing.press("g")
        tailing.until(lambda: not tailing.has_class("latest", "emphasized"))
        tailing["rows"].send_keys(Keys.ARROW_UP)
        tailing.until(lambda: "line 199" in tailing.text("detail"))

    def test_the_address_keeps_the_state(self, tailing: Page) -> None:
        tailing.type("highlights", "one", Keys.ENTER)
        tailing.click("#wrap")
        tailing.show("faults")
        tailing.driver.refresh()
        tailing.until(lambda: tailing.text("state") == "tailing")
        assert [chip.text.split("\n")[0] for chip in tailing.all(".chip")] == [GROUP]
        assert tailing["highlights"].get_attribute("value") == "one"
        assert tailing["wrap"].get_attribute("aria-pressed") == "true"
        assert tailing["faults"].is_displayed() and not tailing["sessions"].is_displayed()

    def test_at_400_pixels_nothing_is_cut_off(self, tailing: Page) -> None:
        tailing.emulator.put(GROUP, STREAM, ["x" * 3_000])
        tailing.second()
        tailing.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": True}
        )
        assert tailing.run("return document.documentElement.scrollWidth") <= 400

    def test_every_control_has_a_name(self, page: Page) -> None:
        tree = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        named = ("button", "textbox", "combobox", "tab", "spinbutton", "tabpanel", "log", "progressbar")
        controls = [node for node in tree if node.get("role", {}).get("value") in named]
        assert len(controls) > 20
        assert [node for node in controls if not node.get("name", {}).get("value")] == []
