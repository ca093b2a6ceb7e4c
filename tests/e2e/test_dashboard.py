from __future__ import annotations

from itertools import pairwise

import pytest

READY = "[data-testid=stApp][data-test-script-state=notRunning]"
# Streamlit looks for its own settings below a page's address first, and finds them at the root.
OWN_PROBES = ("/_stcore/health", "/_stcore/host-config")
WIDE, NARROW = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}

PLAIN = ("/brief", "/vetting", "/explore", "/data", "/how_it_works")
OF_A_BRIEF = tuple(f"/{page}?brief=handwashing" for page in ("partners", "compare", "coalition", "shortlist", "plan"))


class Visit:
    """A reader's visit that fails when the browser speaks to another host or reports an error."""

    def __init__(self, browser, address: str, viewport: dict, scheme: str = "light") -> None:
        self.address = address
        self.context = browser.new_context(viewport=viewport, color_scheme=scheme)
        self.page = self.context.new_page()
        self.outside: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", self._request)
        self.page.on("response", self._response)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._console)

    def _request(self, request) -> None:
        own = (self.address, self.address.replace("http", "ws", 1), "data:", "blob:")
        if not request.url.startswith(own):
            self.outside.append(request.url)

    def _response(self, response) -> None:
        if response.status >= 400 and not response.url.endswith(OWN_PROBES):
            self.errors.append(f"{response.status} {response.url}")

    def _console(self, message) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.settle()

    def settle(self) -> None:
        self.page.wait_for_selector(READY, timeout=60_000)
        self.page.wait_for_function(
            "document.querySelectorAll('[data-testid=stSkeleton]').length === 0", timeout=30_000
        )
        self.page.wait_for_timeout(200)
        self.page.wait_for_selector(READY, timeout=60_000)

    def heading(self, level: int) -> list[str]:
        return self.page.locator(f"h{level}").all_inner_texts()


@pytest.fixture
def visit(browser, address):
    opened: list[Visit] = []

    def start(viewport: dict = WIDE, scheme: str = "light") -> Visit:
        opened.append(Visit(browser, address, viewport, scheme))
        return opened[-1]

    yield start
    for one in opened:
        one.context.close()
    assert [one.outside for one in opened] == [[] for _ in opened]
    assert [one.errors for one in opened] == [[] for _ in opened]


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
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_a_phone(visit, path, scheme):
    reader = visit(NARROW, scheme)
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
