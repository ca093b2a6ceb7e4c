"""Two spreadsheets that number their rows alike are two sources."""

from __future__ import annotations

from pathlib import Path

from kb.importing import IMPORTERS
from kb.knowledge_base import KnowledgeBase


def test_row_numbers_of_another_sheet_do_not_overwrite(kb: KnowledgeBase, tmp_path: Path):
    for name, body in (("health.csv", "1,Alpha Health,KE"), ("water.csv", "1,Beta Water,UG")):
        (tmp_path / name).write_text(f"id,name,country\n{body}\n", encoding="utf-8")
        kb.land(IMPORTERS["spreadsheet"].read([tmp_path / name]))
    assert sorted(item.name for item in kb.iterate()) == ["Alpha Health", "Beta Water"]
