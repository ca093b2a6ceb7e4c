"""Rankings and profiles as files: Word, Excel, JSON and CSV, with the status of every fact."""

from __future__ import annotations

from pathlib import Path

from matcher.export.excel import write_excel
from matcher.export.plain import write_csv, write_json
from matcher.export.word import write_word
from matcher.export.writing import write_by_ending
from matcher.results import Ranking

WRITERS = {".xlsx": write_excel, ".docx": write_word, ".json": write_json, ".csv": write_csv}


def write_ranking(ranking: Ranking, path: Path) -> None:
    """Write a ranking in the format of the file's ending.

    Raises
    ------
    MatcherError
        When the ending is unknown, the folder does not exist, or the file cannot be written.
    """
    write_by_ending(ranking, path, WRITERS)


__all__ = ["write_csv", "write_excel", "write_json", "write_ranking", "write_word"]
