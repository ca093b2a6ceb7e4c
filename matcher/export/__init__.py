"""Rankings and profiles as files: Word, Excel, JSON and CSV, with the status of every fact."""

from __future__ import annotations

from pathlib import Path

from matcher.errors import MatcherError
from matcher.export.excel import write_excel
from matcher.export.plain import write_csv, write_json
from matcher.export.word import write_word
from matcher.results import Ranking

WRITERS = {".xlsx": write_excel, ".docx": write_word, ".json": write_json, ".csv": write_csv}


def write_ranking(ranking: Ranking, path: Path) -> None:
    """Write a ranking in the format of the file's ending.

    Raises
    ------
    MatcherError
        When the ending is unknown, or the file cannot be written.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise MatcherError(
            f"{path.name}: cannot write {path.suffix or 'a file without an ending'}; use {', '.join(WRITERS)}"
        )
    try:
        writer(ranking, path)
    except OSError as error:
        raise MatcherError(f"{path} cannot be written: {error.strerror}") from error


__all__ = ["write_csv", "write_excel", "write_json", "write_ranking", "write_word"]
