"""What the import contracts cannot say: the door is thin, files are small, and nothing is left behind."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for room in ("kb", "matcher", "dashboard") for path in (ROOT / room).rglob("*.py"))


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_the_door_only_opens():
    door = ROOT / "app.py"
    assert len(door.read_text(encoding="utf-8").splitlines()) <= 60
    assert imported(door) <= {"__future__", "pathlib", "streamlit", "dashboard"}


def test_nobody_imports_the_door():
    assert [path for path in SOURCES if "app" in imported(path)] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_small(path: Path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350


def test_nothing_is_pickled_or_evaluated():
    for path in SOURCES:
        assert not imported(path) & {"pickle", "joblib", "shelve", "marshal"}, path
        names = [
            node.func.id
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        assert not {"eval", "exec"} & set(names), path
