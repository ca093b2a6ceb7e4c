"""Attacks in every text, in a real browser: no request leaves, no script runs, nothing is drawn from data."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hostile_sample import BRIEF, EVIL
from visiting import WIDE, Visit

STATES = yaml.safe_load(Path(__file__).with_name("page_states.yaml").read_text(encoding="utf-8"))
PATHS = [path for paths in STATES.values() for path in paths]
LIVE = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  const live = 'img, iframe, script, object, embed, .katex, svg image, a[href*="evil.example"], a[href^="javascript"]';
  const icons = [...main.querySelectorAll('[data-testid=stIconMaterial]')].filter(one => one.innerText === 'skull');
  return [...main.querySelectorAll(live), ...icons].map(one => one.outerHTML.slice(0, 200));
}"""
CLOSED = "[data-testid=stExpander] details:not([open]) > summary"


@pytest.fixture(scope="module")
def reader(browser, hostile_address):
    opened = Visit(browser, hostile_address, WIDE)
    yield opened
    opened.context.close()


def check(reader: Visit) -> None:
    assert reader.page.evaluate(LIVE) == []
    assert reader.page.evaluate("window.owned") is None
    assert reader.outside == []
    assert reader.errors == []


@pytest.mark.parametrize("path", PATHS)
def test_no_attack_comes_alive(reader, path):
    found = path.format(brief=BRIEF).replace("safaricom", EVIL).replace("t-marc-tanzania", "evil-0")
    reader.open(found.replace("q=radio", "q=soap"))
    reader.page.evaluate("closed => document.querySelectorAll(closed).forEach(one => one.click())", CLOSED)
    reader.settle()
    check(reader)


@pytest.mark.parametrize("tab", ["Engagements", "Relations", "History"])
def test_no_attack_comes_alive_in_a_profile(reader, tab):
    reader.open(f"/organization?organization={EVIL}")
    reader.press(tab, role="tab")
    check(reader)


def test_no_attack_comes_alive_in_what_shows_on_hovering(reader):
    reader.open("/explore")
    chart = reader.page.locator("[data-testid=stMain] canvas").first.bounding_box()
    for across in range(1, 12):
        for down in range(1, 8):
            reader.page.mouse.move(chart["x"] + chart["width"] * across / 12, chart["y"] + chart["height"] * down / 8)
    check(reader)
    reader.open(f"/partners?brief={BRIEF}")
    for button in reader.page.get_by_role("button", name="Details").all()[:3]:
        button.hover()
        reader.page.wait_for_timeout(300)
        check(reader)


def test_the_check_finds_what_is_alive(reader):
    reader.open("/how_it_works")
    reader.page.evaluate(
        "document.querySelector('[data-testid=stMain]').insertAdjacentHTML('beforeend', '<img src=\"data:,\">')"
    )
    assert len(reader.page.evaluate(LIVE)) == 1
