"""The chat page: complete in each language, and closed to whatever is not its own."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogue.articles import to_html
from dialogue.languages import LANGUAGES
from dialogue.loading import load_domain
from voicebot.webchat.page import ASSETS, asset, headers, page, texts

RETAIL = load_domain("retail")


def test_every_language_has_every_word() -> None:
    assert set(LANGUAGES) <= set(texts())
    for language, words in texts().items():
        assert set(words) == set(texts()["en"]), language
        assert all(words.values()), language


def test_the_script_uses_each_word_it_is_given_and_no_other() -> None:
    script = asset("chat.js").decode()
    used = set(re.findall(r"texts\.(\w+)", script))
    shown = page(RETAIL, "", 1000)
    given = set(re.findall(r"&quot;(\w+)&quot;: ", shown))
    assert used == given


def test_each_element_that_the_script_looks_for_is_there() -> None:
    script = asset("chat.js").decode()
    shown = page(RETAIL, "", 1000)
    for name in re.findall(r'at\("(\w+)"\)', script):
        assert f'id="{name}"' in shown, name


def test_a_page_speaks_its_hotlines_language_and_keeps_to_its_limits() -> None:
    german = page(load_domain("retail_de"), "retail_de", 300)
    assert '<html lang="de">' in german
    assert "Ihre Nachricht" in german
    assert 'maxlength="300"' in german
    assert 'data-hotline="retail_de"' in german


def test_nothing_of_a_hotline_or_an_address_becomes_markup() -> None:
    wicked = replace(RETAIL, title='<script>alert(1)</script>"&')
    shown = page(wicked, '"><img src=x onerror=alert(1)>', 1000)
    assert "<script>alert" not in shown
    assert "<img" not in shown


def test_markdown_brings_no_scripts() -> None:
    html = to_html("<img src=x onerror=alert(1)> [here](javascript:alert(1)) [map](https://a.org)")
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert '<a href="https://a.org">map</a>' in html


def test_the_page_may_run_its_own_script_only_and_be_framed_by_the_shops_pages() -> None:
    policy = headers(["https://shop.example.com"])["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'"} <= set(policy)
    assert "frame-ancestors 'self' https://shop.example.com" in policy
    assert not any("unsafe" in part for part in policy)
    for name in ASSETS:
        assert asset(name)
    assert not re.search(r"\son\w+=|style=|javascript:", page(RETAIL, "", 1000))
