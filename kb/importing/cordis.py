"""CORDIS: projects of the EU's research programmes, and the organizations that took part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from kb.duplicates import normalize_name
from kb.errors import ImportFileError
from kb.importing.casing import title_case
from kb.importing.cells import clean_line, clean_text, cut_text, is_nothing, normalize_url
from kb.importing.countries import country_code
from kb.importing.files import Table, open_table
from kb.importing.importer import Importer, combined_digest, fixed_columns, some_paths
from kb.importing.parsed import Parsed, Progress, Rejection, SourceRecord, no_progress
from kb.organization import MAX_NAME, Engagement, Organization, Participation, RegistryId, Source

NAME = "cordis"
LABEL = "CORDIS"
ADDRESS = "https://cordis.europa.eu"
PROJECT_COLUMNS = ("id", "title", "objective", "startDate", "endDate")
ORGANIZATION_COLUMNS = ("projectID", "orgID", "name", "shortName", "activityType", "country", "city", "type")
TYPES: dict[str, tuple[str | None, str | None]] = {
    "PRC": ("private", "company"),
    "PUB": ("public", "government_agency"),
    "HES": ("other", "academic"),
    "REC": ("other", "research_institute"),
    "OTH": (None, None),
}
COUNTRY_CODES = {"UK": "GB", "EL": "GR"}
EVERY = 5_000
LONGEST_NUMBER = 100


def read(
    paths: Sequence[Path], *, mapping: Mapping[str, str] | None = None, progress: Progress = no_progress
) -> Parsed:
    """Read CORDIS's organization file, and the project file that goes with it.

    Parameters
    ----------
    paths : sequence of Path
        organization.csv, and project.csv for the engagements, in any order, plain or gzipped.
    mapping : None
        The columns are the publisher's.
    progress : callable, optional

    Raises
    ------
    ImportFileError
        When a file cannot be used as a whole, or the organization file is missing.
    """
    fixed_columns(LABEL, mapping)
    tables = [open_table(path) for path in some_paths(LABEL, paths, most=2)]
    participants, projects = _tell_apart(tables)
    rejections: list[Rejection] = []
    records, parts = _organizations(participants, rejections, progress)
    engagements: list[Engagement] = []
    if projects:
        engagements = _engagements(projects, parts, rejections, progress)
        if parts:
            problem = f"{len(parts)} projects have participants and are not in {projects.path.name}"
            remedy = "give files of the same date"
            rejections.append(Rejection(1, "projectID", next(iter(parts))[:200], problem, remedy, fatal=False))
    for table in tables:
        rejections.extend(table.rejections)
    return Parsed(
        NAME,
        tuple(table.path.name for table in tables),
        combined_digest([table.digest for table in tables]),
        sum(table.rows_read for table in tables),
        records=records,
        engagements=engagements,
        rejections=rejections,
    )


def _tell_apart(tables: Sequence[Table]) -> tuple[Table, Table | None]:
    """Return the organization file and the project file, told by their columns."""
    participants = [table for table in tables if "orgID" in table.header]
    projects = [table for table in tables if "orgID" not in table.header]
    if len(participants) != 1 or len(projects) > 1:
        raise ImportFileError(
            f"{LABEL}: {', '.join(table.path.name for table in tables)}: give one organization file (with a column "
            "orgID) and, for the projects, one project file"
        )
    participants[0].require(ORGANIZATION_COLUMNS, "CORDIS's organization file")
    for table in projects:
        table.require(PROJECT_COLUMNS, "CORDIS's project file")
    return participants[0], projects[0] if projects else None


def _organizations(
    table: Table, rejections: list[Rejection], progress: Progress
) -> tuple[list[SourceRecord], dict[str, dict[str, str]]]:
    """Return the organizations, and per project who took part in which role."""
    first: dict[str, tuple[int, dict[str, str]]] = {}
    parts: dict[str, dict[str, str]] = {}
    for row, cells in table.rows(rejections):
        key, name = clean_line(cells["orgID"]), clean_line(cells["name"])
        if is_nothing(key) or not any(letter.isalnum() for letter in name):
            missing = "orgID" if is_nothing(key) else "name"
            rejections.append(Rejection(row, missing, cells[missing][:200], f"the row has no {missing}"))
            continue
        if len(key) > LONGEST_NUMBER:
            problem = f"the number has {len(key):,} characters, more than {LONGEST_NUMBER}"
            rejections.append(Rejection(row, "orgID", key[:200], problem, "give CORDIS's own file"))
            continue
        known = first.setdefault(key, (row, cells))[1]
        for column in ("shortName", "city", "url", "country"):
            if not known.get(column) and cells.get(column):
                known[column] = cells[column]
        if project := clean_line(cells["projectID"]):
            parts.setdefault(project, {}).setdefault(key, clean_line(cells["type"])[:MAX_NAME] or "participant")
        if table.rows_read % EVERY == 0:
            progress("reading participants", table.rows_read, None)
    return [_record(key, row, cells, rejections) for key, (row, cells) in first.items()], parts


def _record(key: str, row: int, cells: dict[str, str], rejections: list[Rejection]) -> SourceRecord:
    legal, short = clean_line(cells["name"])[:MAX_NAME], clean_line(cells["shortName"])[:MAX_NAME]
    name = title_case(legal, keep={short} if short.isupper() and len(short) <= 4 and short.isalpha() else ())[:MAX_NAME]
    alias = title_case(short, short={1: 8, 2: 4}.get(len(short.split()), 2))[:MAX_NAME]
    code = cells["country"].strip()
    country = country_code(COUNTRY_CODES.get(code, code)) if code else None
    if country is None:
        rejections.append(Rejection(row, "country", code[:200], "no such country", fatal=False))
    try:
        website = normalize_url(cells.get("url", ""))[:MAX_NAME]
    except ValueError:
        website = ""
        rejections.append(Rejection(row, "url", cells["url"][:200], "this is not a web address", fatal=False))
    sector, kind = TYPES.get(cells["activityType"].strip(), (None, None))
    organization = Organization(
        id=f"eu-pic-{key}",
        name=name,
        aliases=(alias,) if alias and not is_nothing(alias) and normalize_name(alias) != normalize_name(name) else (),
        sector=sector,
        kind=kind,
        country=country,
        city=title_case(clean_line(cells["city"])[:MAX_NAME])[:MAX_NAME],
        website=website,
        registry_ids=(RegistryId(scheme="EU-PIC", value=key),),
    )
    return SourceRecord(key, row, organization)


def _engagements(
    table: Table, parts: dict[str, dict[str, str]], rejections: list[Rejection], progress: Progress
) -> list[Engagement]:
    """Return the projects, taking their participants out of `parts`."""
    engagements: dict[str, Engagement] = {}
    for row, cells in table.rows(rejections):
        number = clean_line(cells["id"])
        title = clean_line(cells["title"])[:MAX_NAME] or clean_line(cells.get("acronym", ""))[:MAX_NAME]
        if is_nothing(number) or not title or number in engagements or len(number) > LONGEST_NUMBER:
            problem = "the project is there twice" if number in engagements else "the project has no id or no title"
            rejections.append(Rejection(row, "id", number[:200], problem))
            continue
        engagements[number] = Engagement(
            id=f"cordis-{number}",
            title=title,
            text=cut_text(clean_text(cells["objective"])),
            start_date=_date(row, "startDate", cells, rejections),
            end_date=_date(row, "endDate", cells, rejections),
            participations=tuple(
                Participation(organization_id=key, role=role) for key, role in parts.pop(number, {}).items()
            ),
            source=Source(name=LABEL, url=ADDRESS, row=number),
        )
        if table.rows_read % EVERY == 0:
            progress("reading projects", table.rows_read, None)
    return list(engagements.values())


def _date(row: int, column: str, cells: dict[str, str], rejections: list[Rejection]) -> date | None:
    text = cells[column].strip()
    if is_nothing(text):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        remedy = "write it like 2024-01-31"
        rejections.append(Rejection(row, column, text[:200], "this is not a date", remedy, fatal=False))
        return None


IMPORTER = Importer(
    name=NAME,
    label=LABEL,
    description="Projects of Horizon Europe and its forerunners with the organizations that took part; "
    f"{ADDRESS}, European Commission, reuse under decision 2011/833/EU.",
    files=("organization.csv (or .csv.gz)", "project.csv (or .csv.gz)"),
    headers=(frozenset(ORGANIZATION_COLUMNS), frozenset(PROJECT_COLUMNS)),
    read=read,
)
