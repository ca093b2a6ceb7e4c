"""Every page of the navigation, with real content, is free of what axe-core can find, in light and in dark."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml
from visiting import NARROW, ROOT, WIDE

axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")

HERE = Path(__file__).parent
STATES = yaml.safe_load((HERE / "page_states.yaml").read_text(encoding="utf-8"))
SHELL = yaml.safe_load((HERE / "shell_violations.yaml").read_text(encoding="utf-8"))
# Every state on a wide screen, the first of every page on a narrow one.
LOOKED_AT = [(path, "wide") for paths in STATES.values() for path in paths]
LOOKED_AT += [(paths[0], "narrow") for paths in STATES.values()]
BRIEF = "bed-nets-tanzania"
CLOSED = "[data-testid=stExpander] details:not([open]) > summary"
FOUND = """async shell => {
  const found = (await axe.run(document, {resultTypes: ['violations']})).violations;
  const own = (rule, node) => !shell.some(item =>
    item.rule === rule && document.querySelector(node.target.at(-1))?.matches(item.selector));
  return found.flatMap(one => one.nodes.filter(node => own(one.id, node)).map(node =>
    `${one.id} (${one.impact}): ${node.target.at(-1)} in ${node.html.slice(0, 160)}`));
}"""


def navigation() -> list[str]:
    """Return the address of every page that app.py puts into the navigation."""
    calls = [node for node in ast.walk(ast.parse((ROOT / "app.py").read_text())) if isinstance(node, ast.Call)]
    pages = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "Page"]
    return [keyword.value.value for page in pages for keyword in page.keywords if keyword.arg == "url_path"]


def violations(visit) -> list[str]:
    visit.page.evaluate(axe.AXE_SCRIPT)
    return visit.page.evaluate(FOUND, SHELL)


def open_everything(visit) -> None:
    """Open every expander, also those inside another one."""
    for _ in range(3):
        if not visit.page.locator(CLOSED).count():
            return
        visit.page.evaluate("closed => document.querySelectorAll(closed).forEach(one => one.click())", CLOSED)
        visit.settle()


@pytest.fixture(scope="module")
def readers(browser, worked_address):
    """One reader for each size of screen; a reader's system turns dark without a reload."""
    from visiting import Visit

    opened = {name: Visit(browser, worked_address, size) for name, size in (("wide", WIDE), ("narrow", NARROW))}
    yield opened
    for reader in opened.values():
        reader.context.close()


def test_every_page_of_the_navigation_is_looked_at():
    assert len(navigation()) >= 12
    assert sorted(STATES) == sorted(navigation())


def test_the_check_finds_a_fault(readers):
    reader = readers["wide"]
    reader.open("/how_it_works")
    reader.page.evaluate(
        "document.querySelector('[data-testid=stMain] h1').insertAdjacentHTML('afterend',"
        ' \'<p style="color:#ccc;background:#fff">faint</p><img src="data:,">\')'
    )
    assert {line.split()[0] for line in violations(reader)} == {"color-contrast", "image-alt"}


@pytest.mark.parametrize(("path", "size"), LOOKED_AT)
def test_no_page_has_a_violation(readers, path, size):
    reader = readers[size]
    reader.page.emulate_media(color_scheme="light")
    reader.open(path.format(brief=BRIEF))
    open_everything(reader)
    found = {"light": violations(reader)}
    reader.page.emulate_media(color_scheme="dark")
    reader.settle()
    found["dark"] = violations(reader)
    assert found == {"light": [], "dark": []}
    assert not reader.outside
    assert not reader.errors
