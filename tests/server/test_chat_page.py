"""A customer talks to the hotline in a real browser, by keyboard, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.server.conftest import Server
from tests.webchat.browser import CHROMIUM, Page, browse, comes

pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(not CHROMIUM, reason="needs chromium (Debian's package) on the PATH"),
]


@pytest.fixture(scope="module")
def page(server: Server) -> Iterator[Page]:
    with browse(f"{server.url}/chat") as page:
        page.until("document.activeElement?.id === 'text'")
        yield page


def test_an_article_comes_with_its_links_pictures_and_cards(page: Page) -> None:
    page.says("Maple Street. How can I help?")
    page.type("what is your return policy")
    page.until("document.querySelector('.card')")
    heard = page.heard()
    assert {
        ("log", "Conversation"),
        ("textbox", "Your message"),
        ("button", "Send"),
        ("heading", "Start a return"),
        ("link", "our return policy"),
        ("image", "A parcel with a return label on it"),
    } <= heard
    assert "_blank" == page.see("document.querySelector('.bot a').target")


def test_a_choice_is_made_with_the_keyboard(page: Page) -> None:
    page.type("I need help with my order")
    page.until("document.querySelectorAll('#replies button').length === 3")
    page.press("Tab", shift=True)
    assert "Cancel an order" == page.see("document.activeElement.textContent")
    page.press("Enter", "\r")
    page.says("order number")
    assert 0 == page.see("document.querySelectorAll('#replies button').length")


def test_it_fits_a_phone_in_the_dark_and_keeps_the_newest_in_sight(page: Page) -> None:
    light = page.see("getComputedStyle(document.body).backgroundColor")
    page.call(
        "Emulation.setDeviceMetricsOverride",
        width=320,
        height=560,
        deviceScaleFactor=2,
        mobile=True,
    )
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    page.call("Emulation.setEmulatedMedia", features=dark)
    assert light != page.see("getComputedStyle(document.body).backgroundColor")
    assert 320 == page.see("document.documentElement.scrollWidth")
    page.until("log.scrollHeight - log.scrollTop - log.clientHeight < 2")


def test_a_reload_goes_on_where_it_was(page: Page) -> None:
    before = page.see("document.querySelectorAll('.bot').length")
    page.call("Page.reload")
    page.until(f"document.querySelectorAll('.bot').length === {before}")
    page.until("!document.getElementById('text').disabled")


def test_markup_in_a_message_stays_text(page: Page) -> None:
    page.see("document.getElementById('text').focus()")
    page.type("<img src=x onerror=alert(1)>")
    page.says("<img src=x onerror=alert(1)>")
    assert 0 == page.see("document.querySelectorAll('.you img').length")


def test_a_person_takes_over_with_a_brief_and_a_number(page: Page, server: Server) -> None:
    """In a hotline whose people have no hours, so that the time of day does not matter."""
    page.open(f"{server.url}/chat?hotline=clinic")
    page.says("Elm Park Clinic. How can I help?")
    page.until("document.activeElement?.id === 'text'")
    page.type("I need a repeat prescription")
    page.until("document.querySelectorAll('.bot').length > 1")
    page.see("document.getElementById('person').click()")
    page.says("Your reference: w")
    assert ("link", "+15550109999") in page.heard()
    assert "again" == page.see("document.activeElement.id")
    assert page.see("document.getElementById('form').hidden")
    reference = page.see("document.body.innerText.match(/reference: (\\w+)/)[1]")
    assert comes(lambda: any(one["call"].startswith(reference) for one in server.desk.briefs))
    (told,) = [one for one in server.desk.briefs if one["call"].startswith(reference)]
    assert ("chat", "Elm Park Clinic") == (told["channel"], told["brief"]["hotline"])
    assert any("prescription" in need for need in told["brief"]["needs"]), told["brief"]
    page.press("Enter", "\r")
    page.until("document.querySelectorAll('.bot').length === 1")
    assert not page.see("document.getElementById('form').hidden")


def test_where_no_socket_is_to_be_had_messages_go_by_themselves(page: Page, server: Server) -> None:
    page.call(
        "Page.addScriptToEvaluateOnNewDocument",
        source="""
        window.WebSocket = class extends EventTarget {
          static OPEN = 1;
          readyState = 3;
          constructor() { super(); setTimeout(() => this.dispatchEvent(new Event("close"))); }
        };""",
    )
    page.open(f"{server.url}/chat?hotline=clinic")
    page.until("!document.getElementById('text').disabled")
    page.see("document.getElementById('text').focus()")
    page.type("when are you open")
    page.until("document.querySelectorAll('.you:not(.waits)').length")
    page.until("document.querySelector('.card')")


def test_the_browser_had_nothing_to_complain_about(page: Page) -> None:
    # The picture of the article is at a place that does not exist.
    assert [] == [text for text in page.complaints if "ERR_" not in text]


def test_a_hotline_that_is_not_there_is_said_so(server: Server) -> None:
    answer = httpx.get(f"{server.url}/chat?hotline=nobody", trust_env=False)
    assert 404 == answer.status_code
    assert "There is no hotline of that name." in answer.text
    assert 404 == httpx.get(f"{server.url}/chat/assets/page.html", trust_env=False).status_code
