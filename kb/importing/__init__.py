"""Reading organizations from files: spreadsheets of any kind, and publishers' own formats.

An importer opens files, checks every row and hands over a `Parsed`: what can be imported, what cannot,
and why. It writes nothing; landing a `Parsed` in a knowledge base, and undoing that, is the store's part.

=================== ==================================================================================
importer            files
=================== ==================================================================================
``spreadsheet``     any CSV file or workbook with one organization per row; columns guessed or chosen
``financedatabase`` FinanceDatabase's equities.csv: listed companies, all listings of one merged
``uk_charities``    UKCAT's sample.csv and top2000.csv: UK charities with their codes
``cordis``          CORDIS's organization.csv and project.csv: organizations and the projects they share
=================== ==================================================================================

To add one, write a module with an `Importer` and name it in `IMPORTERS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kb.errors import ImportFileError
from kb.importing import cordis, financedatabase, spreadsheet, uk_charities
from kb.importing.columns import guess_mapping, shown
from kb.importing.files import open_table
from kb.importing.importer import Importer
from kb.importing.parsed import Parsed, Progress, Rejection, SourceRecord, no_progress

__all__ = ["IMPORTERS", "Importer", "Parsed", "Progress", "Rejection", "SourceRecord", "detect", "no_progress"]

IMPORTERS: dict[str, Importer] = {
    importer.name: importer
    for importer in (spreadsheet.IMPORTER, financedatabase.IMPORTER, uk_charities.IMPORTER, cordis.IMPORTER)
}


def detect(paths: Sequence[Path]) -> str:
    """Tell from the headers which importer the files are for.

    Parameters
    ----------
    paths : sequence of Path
        Files that belong together.

    Returns
    -------
    str
        A key of `IMPORTERS`; a publisher's format wins over ``spreadsheet``.

    Raises
    ------
    ImportFileError
        When a file cannot be opened, or no importer knows the headers; the known formats are listed.
    """
    if not paths:
        raise ImportFileError("no file was given")
    headers = {Path(path).name: open_table(Path(path)).header for path in paths}
    for importer in IMPORTERS.values():
        if all(importer.knows(header) for header in headers.values()):
            return importer.name
    if all("name" in guess_mapping(header) for header in headers.values()):
        return spreadsheet.NAME
    found = "; ".join(f"{name}: {shown(header[:12])}" for name, header in headers.items())
    known = "; ".join(f"{importer.label} ({', '.join(importer.files)})" for importer in IMPORTERS.values())
    raise ImportFileError(
        f"it is not clear how to read these files together; columns found: {found}. Known formats: {known}. "
        "Give a spreadsheet's column of names the header 'name', or choose the columns"
    )
