from __future__ import annotations

import re
from datetime import date

import pytest
from dashboard_sample import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.text import badge, clean, day, link, percent, plain, points, safe_url, shorten

MARKUP = {
    "image": ("![x](https://evil.example/p.png)", r"(?<!\\)!(?<!\\)\["),
    "link": ("[click](https://evil.example)", r"(?<!\\)\["),
    "html": ("<script>alert(1)</script>", r"(?<!\\)<"),
    "angle link": ("<https://evil.example>", r"(?<!\\)<"),
    "formula": ("pay $5 and $6", r"(?<!\\)\$"),
    "code": ("a `b` c", r"(?<!\\)`"),
    "bold": ("a *b* __c__", r"(?<!\\)[*_]"),
    "table": ("a | b", r"(?<!\\)\|"),
    "entity": ("&lt;b&gt;", r"(?<!\\)&"),
    "bare address": ("https://evil.example", r"https?://"),
    "bare www": ("www.evil.example", r"www\."),
    "mail": ("a@evil.example", r"\w@"),
    "directive": (":red[x]", r":red"),
    "icon": (":material/home:", r":material"),
    "emoji": ("a :tada: b", r":tada"),
    "heading": ("# Big", r"^#"),
    "list": ("- item", r"^-"),
    "plus list": ("+ item", r"^\+"),
    "numbered list": ("1. item", r"^1\."),
    "rule": ("---", r"^---"),
    "quote": ("> said", r"^>"),
}


@pytest.mark.parametrize("name", MARKUP)
def test_markdown_in_organization_text_is_shown_and_not_followed(name: str):
    text, forbidden = MARKUP[name]
    assert not re.search(forbidden, plain(text)), plain(text)


@pytest.mark.parametrize("name", MARKUP)
def test_the_words_stay_readable(name: str):
    text, _ = MARKUP[name]
    assert re.sub(r"\\(?=[^a-zA-Z0-9\s])|\u2060", "", plain(text)) == text


def test_text_direction_and_control_characters_are_dropped():
    assert clean("abc\u202egpj.exe\x00\n\n  d") == "abcgpj.exe d"


@given(st.text())
def test_plain_text_is_one_line_without_live_brackets(text: str):
    shown = plain(text)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]<>`$]", shown)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.example",
        "https://a:b@evil.example",
        "http://",
        "",
        "http://[",
        "mailto:a@b.example",
    ],
)
def test_only_web_addresses_become_links(url: str):
    assert safe_url(url) is None
    assert link("Website", url) == "Website"


def test_a_link_cannot_be_broken_out_of():
    assert link("a](https://evil.example)", 'https://ok.example/(x) y"z') == (
        r"[a\](https:" + "\u2060" + r"//evil.example)](https://ok.example/%28x%29%20y%22z)"
    )


def test_addresses_without_a_scheme_are_completed():
    assert safe_url("www.example.org") == "https://www.example.org"


def test_a_badge_cannot_be_closed_by_its_label():
    assert (
        badge("x] [click](https://evil.example)").count("](") - badge("x] [click](https://evil.example)").count("\\](")
        == 0
    )
    assert "evil" in badge(HOSTILE)


def test_numbers_and_dates_for_people():
    assert percent(0.6249) == "62%"
    assert points(16.9961) == "+17"
    assert points(-3.6) == "\N{MINUS SIGN}4"
    assert day(date(2026, 11, 1)) == "1 Nov 2026"
    assert day(None) == ""


def test_long_text_is_cut_at_a_word():
    assert shorten("one two three four", 12) == "one two…"
    assert shorten("short", 12) == "short"
    assert len(shorten("x" * 500, 100)) == 101
