from __future__ import annotations

import re

import pytest
from dashboard_sample import words

PAGES = (
    "start",
    "brief",
    "partners",
    "compare",
    "coalition",
    "shortlist",
    "plan",
    "vetting",
    "explore",
    "organization",
    "data",
    "how_it_works",
)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_an_empty_knowledge_base(kb, show, page):
    app = show(page)
    assert not app.exception
    assert app.title


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_a_few_organizations(filled, show, page):
    app = show(page)
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_an_unrounded_number(filled, show, page):
    assert not re.search(r"\d\.\d{3,}", words(show(page)))


def test_start_tells_own_briefs_from_examples(filled, show):
    app = show()
    heads = [item.value for item in (*app.header, *app.subheader)]
    assert "Go on where you were" in heads
    assert "Example briefs" in heads
    assert {"Handwashing with soap", "Radio days"} <= set(heads)


def test_start_says_what_to_do_with_an_empty_knowledge_base(kb, show):
    said = words(show())
    assert "The knowledge base is empty" in said
    assert "There is no brief yet" in said


def test_how_it_works_is_drawn_from_the_code(filled, show):
    from matcher.components import COMPONENTS

    said = words(show("how_it_works"))
    assert all(component.label in said for component in COMPONENTS)


def test_a_knowledge_base_that_cannot_be_opened_is_explained(show, tmp_path):
    (tmp_path / "kb.db").write_text("no database")
    app = show()
    assert not app.exception
    assert len(app.error) == 1
    assert "kb.db" in app.error[0].value
