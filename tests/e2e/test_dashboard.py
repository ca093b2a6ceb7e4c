from __future__ import annotations

from itertools import pairwise

import pytest
from visiting import NARROW, READY, WIDE, Visit  # noqa: F401

PLAIN = ("/brief", "/vetting", "/explore", "/data", "/how_it_works")
OF_A_BRIEF = tuple(f"/{page}?brief=handwashing" for page in ("partners", "compare", "coalition", "shortlist", "plan"))


def test_from_the_start_to_a_ranking_to_an_organization(visit):
    reader = visit()
    reader.open("/")
    assert reader.heading(1) == ["Find the partner your programme lacks"]
    reader.page.get_by_role("link", name="See partners").first.click()
    reader.page.wait_for_url("**/partners?brief=handwashing")
    reader.settle()
    assert any(text.startswith("1. Soap Works") for text in reader.heading(3))
    reader.page.get_by_role("link", name="Open the profile").click()
    reader.page.wait_for_url("**/organization?organization=soap")
    reader.settle()
    assert reader.heading(1) == ["Soap Works"]


def test_a_new_brief_is_saved_and_survives_a_reload(visit):
    reader = visit()
    reader.open("/brief?brief=new")
    reader.page.get_by_label("Title").fill("Safe water")
    reader.page.get_by_label("Behaviour to change, in plain words").fill("Families drink safe water.")
    reader.page.get_by_label("Title").press("Tab")
    reader.settle()
    reader.page.get_by_role("button", name="Save", exact=True).click()
    reader.page.wait_for_url("**/brief?brief=safe-water")
    reader.page.reload()
    reader.settle()
    assert reader.page.get_by_label("Title").input_value() == "Safe water"


def test_details_open_by_keyboard_and_stay_in_the_address(visit):
    reader = visit()
    reader.open("/partners?brief=handwashing")
    button = reader.page.get_by_role("button", name="Details").first
    button.focus()
    button.press("Enter")
    reader.page.wait_for_url("**candidate=*")
    reader.settle()
    shown = reader.heading(2)
    reader.page.reload()
    reader.settle()
    assert reader.heading(2) == shown


def test_on_a_narrow_screen_the_detail_lies_over_the_list_and_closes(visit):
    reader = visit(NARROW)
    reader.open("/partners?brief=handwashing")
    assert reader.page.locator(".st-key-detail_first").is_hidden()
    reader.page.get_by_role("button", name="Details").first.click()
    reader.settle()
    panel = reader.page.locator(".st-key-detail_asked")
    assert panel.is_visible()
    assert panel.bounding_box()["width"] == NARROW["width"]
    reader.page.get_by_role("button", name="Close", exact=True).click()
    reader.settle()
    assert panel.count() == 0


@pytest.mark.parametrize("path", ["/", *PLAIN, *OF_A_BRIEF, "/organization?organization=evil"])
def test_no_page_is_wider_than_a_phone(visit, path):
    reader = visit(NARROW)
    reader.open(path)
    wide = "document.querySelector('[data-testid=stMain]').scrollWidth"
    assert reader.page.evaluate(wide) <= NARROW["width"]


@pytest.mark.parametrize("path", ["/", *PLAIN, *OF_A_BRIEF, "/organization?organization=soap"])
def test_headings_are_in_order(visit, path):
    reader = visit()
    reader.open(path)
    levels = reader.page.eval_on_selector_all(
        "[data-testid=stMain] :is(h1,h2,h3,h4,h5,h6)", "all => all.map(one => Number(one.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels


def test_hostile_text_makes_no_link_image_or_formula(visit):
    reader = visit()
    reader.open("/organization?organization=evil")
    main = reader.page.locator("[data-testid=stMain]")
    assert main.locator("a[href*='evil.example'], img, .katex, script, a[href^='javascript']").count() == 0
    assert "<script>alert(1)</script>" in reader.heading(1)[0]
