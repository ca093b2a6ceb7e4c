from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from dashboard_sample import TinyEncoder, fill
from streamlit.testing.v1 import AppTest

from kb.knowledge_base import KnowledgeBase
from matcher import Matcher

APP = Path(__file__).parents[2] / "app.py"
PAGES = APP.parent / "dashboard" / "pages"


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    opened = KnowledgeBase.open(tmp_path / "kb.db")
    yield opened
    opened.close()


@pytest.fixture
def filled(kb: KnowledgeBase) -> KnowledgeBase:
    fill(kb)
    return kb


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., AppTest]]:
    """Show a page as a reader who follows a link sees it."""
    monkeypatch.setenv("DANCECARD_KB", str(tmp_path / "kb.db"))
    monkeypatch.setattr("dashboard.state.open_matcher", lambda url: Matcher(KnowledgeBase.open(url), TinyEncoder()))
    st.cache_resource.clear()

    def run(page: str = "start", **query: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        if page != "start":
            app.switch_page(str(PAGES / f"{page}.py"))
        return app.run()

    yield run
    st.cache_resource.clear()
