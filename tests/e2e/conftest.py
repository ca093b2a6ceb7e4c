from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "dashboard"
sys.path.insert(0, str(SAMPLE))
sys.path.insert(0, str(Path(__file__).parent))

from visiting import FLAGS, WIDE, Visit, free_port, served  # noqa: E402

from kb.knowledge_base import KnowledgeBase  # noqa: E402

_free_port = free_port


@pytest.fixture(scope="session")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium is installed; on Debian: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def address(browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The small knowledge base, served."""
    from dashboard_sample import fill

    path = tmp_path_factory.mktemp("e2e") / "kb.db"
    kb = KnowledgeBase.open(path)
    fill(kb)
    kb.close()
    with served(path) as base:
        yield base


@pytest.fixture(scope="session")
def worked_address(browser, starter_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The starter organizations with casework under way, served."""
    from casework_sample import work

    path = tmp_path_factory.mktemp("worked") / "kb.db"
    shutil.copy(starter_file, path)
    kb = KnowledgeBase.open(path)
    brief = next(item for item in kb.briefs() if item.id == "bed-nets-tanzania")
    work(kb, brief, ("safaricom", "a-to-z-textile-mills", "t-marc-tanzania"))
    kb.close()
    with served(path) as base:
        yield base


@pytest.fixture(scope="session")
def hostile_address(browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A knowledge base in which every text is an attack, served."""
    from hostile_sample import fill_with_attacks

    path = tmp_path_factory.mktemp("hostile") / "kb.db"
    kb = KnowledgeBase.open(path)
    fill_with_attacks(kb)
    kb.close()
    with served(path) as base:
        yield base


@pytest.fixture
def visiting(browser) -> Iterator[Callable[..., Visit]]:
    """Start visits anywhere; none may speak to another host, report an error or open a dialog."""
    opened: list[Visit] = []

    def start(address: str, viewport: dict = WIDE, scheme: str = "light") -> Visit:
        opened.append(Visit(browser, address, viewport, scheme))
        return opened[-1]

    yield start
    for one in opened:
        one.context.close()
    assert [one.outside for one in opened] == [[] for _ in opened]
    assert [one.errors for one in opened] == [[] for _ in opened]


@pytest.fixture
def visit(visiting, address) -> Callable[..., Visit]:
    """Start visits to the small knowledge base."""
    return lambda viewport=WIDE, scheme="light": visiting(address, viewport, scheme)


@pytest.fixture
def at_work(visiting, worked_address) -> Callable[..., Visit]:
    """Start visits to the knowledge base with casework under way."""
    return lambda viewport=WIDE, scheme="light": visiting(worked_address, viewport, scheme)
