"""The main ways through the dashboard in a real browser, from a thought to a file, and back again."""

from __future__ import annotations

import re

from docx import Document

TEXT = (
    "We want mothers in rural Tanzania to have their children sleep under an insecticide-treated bed net every night. "
    "We need shops and dealers that bring nets within reach, and radio stations to tell people about them. "
    "We can offer credibility. We do not work with tobacco companies."
)
PARTNERS = (
    "Organisation,Country,Capacities,Notes\n"
    "Kiosk Union of Kisumu,Kenya,distribution,Kiosks that sell everything in small packs.\n"
    "Bus Radio Kampala,Uganda,promoton,Radio in buses.\n"
    ",Ghana,volunteers,No name.\n"
)


def test_from_a_text_to_a_ranking_to_a_shortlist_to_a_dossier(at_work):
    reader = at_work()
    page = reader.page
    reader.open("/brief?brief=new")
    reader.press("From a text", role="tab")
    page.get_by_label("Your text").fill(TEXT)
    reader.press("Read the text")
    assert "Distribution" in reader.said()
    ticks = page.get_by_role("tabpanel").get_by_role("checkbox")
    assert ticks.count() >= 4
    reader.press("Fill the form with what is ticked")
    page.get_by_label("Title").fill("Nets for every bed")
    page.get_by_label("Title").press("Tab")
    reader.settle()
    reader.press("Save")
    page.wait_for_url("**/brief?brief=nets-for-every-bed")

    page.get_by_role("link", name="Find partners").last.click()
    page.wait_for_url("**/partners?brief=nets-for-every-bed")
    page.wait_for_selector("h3")
    reader.settle()
    before = reader.said()
    page.get_by_text("Adjust each weight").click()
    page.locator("input[type=range][aria-label='Works in the place']").focus()
    page.keyboard.press("Home")
    page.wait_for_timeout(500)
    reader.settle()
    assert reader.said() != before
    reader.choose("Sector", "Private")
    page.keyboard.press("Escape")
    assert re.search(r"Private", page.locator("[data-testid=stSidebar]").inner_text())
    page.get_by_role("button", name="Details").first.click()
    page.wait_for_url("**candidate=*")
    reader.settle()
    assert "Where the points come from" in reader.heading(3)

    reader.open("/shortlist?brief=nets-for-every-bed")
    page.get_by_role("textbox", name="Your name").fill("Ada")
    page.keyboard.press("Tab")
    reader.settle()
    reader.choose("Whom", "1. ")
    page.keyboard.press("Escape")
    reader.press("Add to the list")
    page.locator("[class*=st-key-open_] button").first.click()
    reader.settle()
    listed = page.locator(".st-key-detail_asked")
    listed.get_by_label("Reason").first.fill("It reaches the villages.")
    reader.press("Move")
    assert "It reaches the villages." in reader.said()
    page.get_by_text("Add a note").click()
    page.get_by_label("Note", exact=True).fill("They answer on Mondays.")
    reader.press("Keep the note")
    assert "They answer on Mondays." in reader.said()

    page.get_by_role("link", name=re.compile("^Vet it")).click()
    page.wait_for_url("**/vetting?case=*")
    page.wait_for_selector("h1")
    reader.settle()
    name = reader.heading(1)[0]
    reader.press("Screen it now")
    page.get_by_role("radio", name="Dossier").click()
    reader.settle()
    document = Document(str(reader.downloaded("Dossier (Word)")))
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    said += "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert name in said
    assert "not assessed" in said.lower()
    assert not [part for part in document.part.rels.values() if part.is_external]


def test_an_import_with_errors_is_mended_lands_is_found_and_undone(at_work):
    reader = at_work()
    page = reader.page
    reader.open("/data?data=Import")
    page.locator("input[type=file]").set_input_files(
        {"name": "partners.csv", "mimeType": "text/csv", "buffer": PARTNERS.encode()}
    )
    page.get_by_text("What an import would do").wait_for()
    reader.settle()
    page.locator("[data-testid=stDataFrame]").first.scroll_into_view_if_needed()
    page.locator("[data-testid=stDataFrame] [role=gridcell]").first.wait_for(state="attached")
    said = page.locator("[data-testid=stDataFrame] [role=row]").all_text_contents()
    assert any("the row has no name" in text for text in said)
    assert any("promoton" in text and "vocabulary" in text for text in said)
    reader.press("Correct 1 cell and check again")
    assert "1 cell corrected" in reader.said()
    reader.press("Import 2 organizations")
    page.get_by_role("heading", name="Imported").wait_for(timeout=60_000)
    reader.settle()
    assert "2 new" in reader.said()
    reader.press("Undo this import", role="button")
    reader.open("/organization?q=Bus+Radio+Kampala")
    assert "Bus Radio Kampala" not in reader.said()
    reader.open("/data?data=Batches")
    reader.choose("Batch", "undone")
    reader.press("Redo")
    reader.open("/organization?q=Bus+Radio+Kampala")
    assert "Bus Radio Kampala" in reader.said()


def test_from_the_map_to_an_organization_whose_claim_is_confirmed_and_undone(at_work):
    reader = at_work()
    page = reader.page
    reader.open("/explore")
    page.locator("[class*=st-key-group_] button").first.click()
    reader.settle()
    link = page.locator("[class*=st-key-pick_] a").first
    name = link.inner_text()
    link.click()
    page.wait_for_url("**/organization?organization=*")
    page.wait_for_function("name => document.querySelector('h1')?.innerText === name", arg=name)
    reader.settle()
    before = reader.said().lower().count("confirmed")
    reader.press("Confirm")
    assert "Your word wins over every other source." in reader.said()
    assert reader.said().lower().count("confirmed") > before
    reader.press("Undo")
    assert reader.said().lower().count("confirmed") == before


FOCUSED = """() => {
  const one = document.activeElement;
  const words = one.getAttribute('aria-label') || (one.matches('main, body') ? '' : one.innerText) || '';
  return words.split('\\n').map(line => line.trim());
}"""


def tab_to(page, name: str, most: int = 120) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if name in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"{name} cannot be reached by keyboard")


def test_the_main_path_needs_no_mouse(at_work):
    reader = at_work()
    page = reader.page
    reader.open("/")
    tab_to(page, "See partners")
    page.keyboard.press("Enter")
    page.wait_for_url("**/partners?brief=*")
    page.wait_for_selector("h3")
    reader.settle()
    tab_to(page, "Adjust each weight")
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    tab_to(page, "Meets your needs")
    value = page.evaluate("document.activeElement.getAttribute('aria-valuenow') || document.activeElement.value")
    page.keyboard.press("ArrowRight")
    reader.settle()
    now = page.evaluate("document.activeElement.getAttribute('aria-valuenow') || document.activeElement.value")
    assert now != value
    tab_to(page, "Details")
    page.keyboard.press("Enter")
    page.wait_for_url("**candidate=*")
    reader.settle()
    tab_to(page, "Open the profile", 200)
    page.keyboard.press("Enter")
    page.wait_for_url("**/organization?organization=*")
    page.wait_for_selector("h1")
    reader.settle()
    tab_to(page, "Confirm")
    page.keyboard.press("Enter")
    reader.settle()
    assert "Your word wins over every other source." in reader.said()
    tab_to(page, "Undo")
    page.keyboard.press("Enter")
    reader.settle()
    assert "Your word wins over every other source." not in reader.said()
