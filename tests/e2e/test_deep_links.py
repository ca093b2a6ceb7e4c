"""A link opens what it names, and the address names what is open."""

from __future__ import annotations

import pytest

BRIEF = "bed-nets-tanzania"
CASE = "/vetting?case=safaricom&policies=general,unicef_national_committee"
OPENS = {
    f"/brief?brief={BRIEF}": "What you lack",
    f"/partners?brief={BRIEF}&candidate=t-marc-tanzania": "T-MARC Tanzania",
    f"/compare?brief={BRIEF}&organization=safaricom&organization=t-marc-tanzania&part=Values": "Safaricom",
    f"/shortlist?brief={BRIEF}&partner=safaricom": "Move it",
    f"/plan?brief={BRIEF}&with=safaricom": "Between ",
    "/vetting?vetting_view=Safeguards": "second person",
    f"{CASE}&part=Trail": "Safaricom",
    f"{CASE}&part=Not+assessed": "Not assessed is not clear.",
    "/explore?explore=White+space": "White space",
    "/organization?q=radio": "found, best first",
    "/organization?organization=safaricom": "What is known",
    "/data?data=Batches": "Undo and redo",
}
CHANGES = {
    f"/partners?brief={BRIEF}": ("radio", "Table", "view=Table"),
    "/explore": ("radio", "Network", "explore=Network"),
    "/data": ("tab", "Export", "data=Export"),
    CASE: ("radio", "Trail", "part=Trail"),
}


@pytest.mark.parametrize("path", OPENS)
def test_a_link_opens_what_it_names(at_work, path):
    reader = at_work()
    reader.open(path)
    reader.page.locator("[data-testid=stMain]").get_by_text(OPENS[path]).first.wait_for(timeout=20_000)


@pytest.mark.parametrize("path", CHANGES)
def test_what_is_chosen_stands_in_the_address(at_work, path):
    role, name, query = CHANGES[path]
    reader = at_work()
    reader.open(path)
    reader.page.locator("[data-testid=stMain]").get_by_role(role, name=name).first.click()
    reader.page.wait_for_url(f"**{query}*")
    reader.settle()
