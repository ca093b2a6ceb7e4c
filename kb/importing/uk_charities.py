"""UK charities with their UKCAT codes: the classified samples of the register's three parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from kb.errors import VocabularyError
from kb.importing.casing import sentence_case, title_case
from kb.importing.cells import clean_line, clean_text, cut_text, is_nothing, normalize_url
from kb.importing.files import open_table
from kb.importing.importer import Importer, combined_digest, fixed_columns, some_paths
from kb.importing.parsed import Parsed, Progress, Rejection, SourceRecord, no_progress
from kb.organization import MAX_NAME, Claim, ClaimKind, ClaimStatus, Evidence, Organization, RegistryId, Source
from kb.vocabulary import load_vocabulary

NAME = "uk_charities"
LABEL = "UK charities"
PUBLISHER = "UK charity register and UKCAT"
ADDRESS = "https://charityclassification.org.uk"
COLUMNS = ("org_id", "reg_number", "name", "activities", "objects", "web", "company_number", "UKCAT")
TABLE_FILE = Path(__file__).with_name("ukcat.yaml")
NUMBER = re.compile(r"(GB-[A-Z]{1,20})-(\S{1,100})")
EVERY = 1_000
PLACEHOLDERS = frozenset({"1234567", "12345678", *(digit * 8 for digit in "123456789")})


@dataclass(frozen=True)
class Category:
    """A UKCAT code in our own words, with what it says in our vocabulary."""

    label: str
    claims: tuple[tuple[ClaimKind, str], ...]


@dataclass
class _Charity:
    """All rows of one charity."""

    row: int
    cells: dict[str, str]
    codes: dict[str, None] = field(default_factory=dict)


@cache
def load_categories() -> tuple[float, dict[str, Category]]:
    """Return the confidence that a code is right, and the categories.

    Raises
    ------
    VocabularyError
        When a code is not in our vocabulary; all are listed.
    """
    loaded = yaml.safe_load(TABLE_FILE.read_text(encoding="utf-8"))
    vocabulary, categories, problems = load_vocabulary(), {}, []
    for code, body in loaded["codes"].items():
        claims = [(ClaimKind(kind), term) for kind, terms in body.items() if kind != "label" for term in terms]
        problems += [f"{code}: {kind} {term}" for kind, term in claims if term not in vocabulary.terms(kind)]
        categories[code] = Category(body["label"], tuple(claims))
    if problems:
        raise VocabularyError(f"{TABLE_FILE.name}: not in the vocabulary: {'; '.join(problems)}")
    return float(loaded["confidence"]), categories


def read(
    paths: Sequence[Path], *, mapping: Mapping[str, str] | None = None, progress: Progress = no_progress
) -> Parsed:
    """Read charities, one record per charity however often the files name it.

    Parameters
    ----------
    paths : sequence of Path
        sample.csv and top2000.csv of UKCAT, or files with the same columns.
    mapping : None
        The columns are the publisher's.
    progress : callable, optional

    Raises
    ------
    ImportFileError
        When a file cannot be used as a whole.
    """
    fixed_columns(LABEL, mapping)
    tables = [open_table(path) for path in some_paths(LABEL, paths)]
    charities: dict[str, _Charity] = {}
    rejections: list[Rejection] = []
    removed: set[str] = set()
    for table in tables:
        table.require(COLUMNS, "a list of UK charities with UKCAT codes")
        for row, cells in table.rows(rejections):
            _gather(row, cells, charities, removed, rejections)
            if table.rows_read % EVERY == 0:
                progress(table.path.name, table.rows_read, None)
        rejections.extend(table.rejections)
    records = []
    for key, charity in charities.items():
        if key in removed:
            continue
        if not any(letter.isalnum() for letter in charity.cells["name"]):
            rejections.append(Rejection(charity.row, "name", key, "the row has no name"))
            continue
        records.append(SourceRecord(key, charity.row, _organization(key, charity, rejections)))
    return Parsed(
        NAME,
        tuple(table.path.name for table in tables),
        combined_digest([table.digest for table in tables]),
        sum(table.rows_read for table in tables),
        records=records,
        rejections=rejections,
    )


def _gather(
    row: int, cells: dict[str, str], charities: dict[str, _Charity], removed: set[str], rejections: list[Rejection]
) -> None:
    """Add a row to its charity: the first value of each column stays, codes add up."""
    key = clean_line(cells["org_id"])
    if not NUMBER.fullmatch(key):
        problem = "this is no charity's number"
        rejections.append(Rejection(row, "org_id", key[:200], problem, "write it like GB-CHC-1000116"))
        return
    if cells.get("active", "").strip().casefold() == "false" and key not in removed:
        removed.add(key)
        rejections.append(Rejection(row, "active", key, "the charity was removed from the register"))
    charity = charities.setdefault(key, _Charity(row, cells))
    for column, cell in cells.items():
        if cell and not charity.cells.get(column):
            charity.cells[column] = cell
    known = load_categories()[1]
    charity.codes.update(dict.fromkeys(code for item in cells["UKCAT"].split(";") if (code := item.strip()) in known))


def _organization(key: str, charity: _Charity, rejections: list[Rejection]) -> Organization:
    cells = charity.cells
    name = title_case(clean_line(cells["name"])[:MAX_NAME])[:MAX_NAME].strip()
    mission, description = (
        cut_text(sentence_case(cut_text(clean_text(cells[part])), names=(name,))) for part in ("objects", "activities")
    )
    try:
        website = normalize_url(cells["web"])[:MAX_NAME]
    except ValueError:
        website = ""
        rejections.append(Rejection(charity.row, "web", cells["web"][:200], "this is not a web address", fatal=False))
    return Organization(
        id=key.lower(),
        name=name,
        sector="voluntary",
        kind="charity",
        country="GB",
        website=website,
        registry_ids=_numbers(key, cells["company_number"]),
        mission=mission,
        description="" if description == mission else description,
        text_source=Source(name=PUBLISHER, url=ADDRESS, row=key) if mission or description else None,
        claims=_claims(key, charity.codes),
    )


def _numbers(key: str, company: str) -> tuple[RegistryId, ...]:
    """Return the charity's number and its company number, the latter written as Companies House does."""
    match = NUMBER.fullmatch(key)
    scheme, value = (match[1], match[2]) if match else ("GB-CHC", key)
    numbers = [RegistryId(scheme=scheme, value=value)]
    company = clean_line(company).removesuffix(".0").upper()[:MAX_NAME]
    if company.isdecimal() and int(company) and company not in PLACEHOLDERS:
        number = f"NI{int(company):06d}" if scheme == "GB-NIC" else f"{int(company):08d}"
        numbers.append(RegistryId(scheme="GB-COH", value=number))
    elif re.fullmatch(r"[A-Z]{1,2}\d{5,6}", company):
        numbers.append(RegistryId(scheme="GB-COH", value=company))
    return tuple(numbers)


def _claims(key: str, codes: Mapping[str, None]) -> tuple[Claim, ...]:
    """Return one claim per term, resting on every code that says so."""
    confidence, categories = load_categories()
    evidence: dict[tuple[ClaimKind, str], list[Evidence]] = {}
    for code in codes:
        if is_nothing(code) or code not in categories:
            continue
        words = Evidence(text=f"UKCAT code {code}: {categories[code].label}", where="UKCAT")
        for term in categories[code].claims:
            evidence.setdefault(term, []).append(words)
    source = Source(name=PUBLISHER, url=ADDRESS, row=key)
    return tuple(
        Claim(
            kind=kind,
            code=term,
            status=ClaimStatus.STATED,
            confidence=confidence,
            evidence=tuple(quoted),
            source=source,
        )
        for (kind, term), quoted in evidence.items()
    )


IMPORTER = Importer(
    name=NAME,
    label=LABEL,
    description="Charities of England and Wales, Scotland and Northern Ireland with their activities, objects and "
    f"UKCAT codes; {ADDRESS}, CC BY 4.0.",
    files=("sample.csv", "top2000.csv"),
    headers=(frozenset(COLUMNS),),
    read=read,
)
