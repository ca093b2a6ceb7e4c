"""What is fuzzed: every way in for bytes that somebody else wrote, and what must hold of each."""

from __future__ import annotations

import gzip
import io
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from kb.backup import examine
from kb.errors import KbError
from kb.importing import IMPORTERS, Parsed, detect
from kb.importing.corrections import Correction, rejected_rows, write_corrected
from kb.organization import ClaimKind
from kb.starter import load_starter, load_starter_briefs
from kb.vocabulary import load_vocabulary
from kb.watchlists import read_watchlist
from matcher.brief_files import load_brief, save_brief_file
from matcher.decisions import read_decisions, read_weights
from matcher.errors import MatcherError
from matcher.evaluation.labels import read_labels
from matcher.evaluation.needs import read_needs
from matcher.evaluation.partners_data import read_track_records
from matcher.evaluation.screening import read_pairs as read_name_pairs
from matcher.evaluation.values import read_pairs as read_value_pairs
from matcher.inference.batch import infer_file
from matcher.vetting.asked_names import read_names_file, read_names_text
from matcher.vetting.policy import load_policy

LIMIT_SECONDS = 20
SECOND_FILE = b"\n%%%\n"
"""Between the two files of a format that has two."""

LISTING = "symbol,name,summary,sector,industry_group,industry,country,city,website,isin,shareclass_figi,delisted"
CHARITY = "org_id,reg_number,name,active,activities,objects,web,company_number,UKCAT"
PARTICIPANT = "projectID,orgID,name,shortName,activityType,country,city,url,type"
PROJECT = "id,acronym,title,objective,startDate,endDate"
OPEN = "id,schema,name,aliases,countries,identifiers,sanctions,dataset,last_seen"
EU = (
    "celex,recordId,programKey,annex,measure,startDate,reason,schema,name,alias,weakAlias,previousName,country,"
    "jurisdiction,registrationNumber,leiCode,address"
)
EBRD = "Firm Name,Address,Nationality,Ineligible From,Ineligible Until,Originating Institution,Prohibited Practice"
IADB = "Title,Entity,Nationality,Country,From,To,Grounds,Source,IDB Sanction Type,IDB Sanction Source,Other Name"
SDN = (
    '101,"EXAMPLE SHIPPING CO. (EXS)",-0- ,"IRAN] [NPWMD",-0- ,-0- ,-0- ,-0- ,-0- ,"Iran",-0- ,'
    "\"Tax ID No. 50180 (Russia); a.k.a. 'EXAMPLE LINES'; Linked To: OTHER COMPANY.\"\n"
)
SHEET = (
    "id,name,aliases,sector,kind,industry,country,city,website,registry_id,capacities,needs,places,concerns,mission\n"
    '1,Acme Health,AH|Acme,NGO,,,UK,Leeds,acme.org,GB-CHC-1,"Distribution, volunteers",funding,Kenya,beer,Help\n'
)
BRIEF = (
    "id: a\ntitle: Handwashing\nneeds:\n  - {code: distribution, importance: 0.9}\n"
    "places: [KE]\nred_lines: {concerns: [tobacco]}\ncaution: 0.5\n"
)
POLICY = (
    "code: own\ntitle: Own\npublisher: We\nversion: '1'\nabout: Ours\nextends: [who_fensa]\n"
    "documents: {d: {title: D, url: 'https://example.org'}}\nrules:\n- id: r1\n  title: T\n  severity: exclude\n"
    "  threshold: 0.1\n  condition: {any: [{concern: {codes: [tobacco], role: core, share_above: threshold}},\n"
    "    {linked: {by: [partner], having: {listed: {level: strong}}}}]}\n"
    "  message: '{organization} {concern}'\n  document: d\n"
)
STARTER = (
    "- id: a\n  name: A\n  sector: private\n  kind: company\n  country: KE\n"
    "  sources: {home: {name: A website, url: 'https://example.org'}}\n  observed_on: 2026-11-01\n  claims:\n"
    "    capacity:\n    - {code: distribution, strength: 0.9, says: Sells., source: home}\n"
)


class BrokenPromiseError(AssertionError):
    """A parser did what it must never do."""


@dataclass(frozen=True)
class Target:
    """One way in.

    Attributes
    ----------
    suffix : str
        Of the file that the bytes are written to.
    run : callable
        Reads the file.
    seeds : tuple of bytes
        Valid, made here.
    """

    suffix: str
    run: Callable[[Path], object]
    seeds: tuple[bytes, ...]


def check(target: Target, data: bytes, folder: Path | None = None) -> None:
    """Read bytes, and make sure that records come out, or an error of ours that names the file; nothing else changes.

    Raises
    ------
    BrokenPromiseError
        When the error says nothing, or the folder holds something that was not there.
    """
    with _place(folder) as place:
        path = place / f"given{target.suffix}"
        path.write_bytes(data)
        before = sorted(place.iterdir())
        try:
            target.run(path)
        except (KbError, MatcherError) as error:
            message = str(error)
            if "given" not in message and "list" not in message:
                raise BrokenPromiseError(f"the message does not name the file: {message[:300]}") from error
            if len(message) > 200_000:
                raise BrokenPromiseError(f"the message has {len(message):,} characters: {message[:300]}") from error
            message.encode("utf-8")
        if sorted(place.iterdir()) != before or path.read_bytes() != data:
            raise BrokenPromiseError(f"the folder was changed: {sorted(place.iterdir())}")


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="fuzz-") as made:
        yield Path(made)


def _two(path: Path, read: Callable[[Path, Path], object]) -> object:
    first, _, second = path.read_bytes().partition(SECOND_FILE)
    with tempfile.TemporaryDirectory(prefix="fuzz-two-") as folder:
        one, other = Path(folder) / "given-1.csv", Path(folder) / "given-2.csv"
        one.write_bytes(first)
        other.write_bytes(second)
        return read(one, other)


def _checked(parsed: Parsed) -> Parsed:
    """Make sure that what an importer hands over can be written down."""
    keys = [record.key for record in parsed.records]
    if len(keys) != len(set(keys)):
        raise BrokenPromiseError("two records have one key")
    for record in parsed.records:
        record.organization.model_dump_json()
        record.key.encode("utf-8")
        if problems := load_vocabulary().check(record.organization.claims):
            raise BrokenPromiseError(f"claims that are not in the vocabulary: {problems}")
    for rejection in parsed.rejections:
        if rejection.row < 1 or not rejection.problem or len(rejection.value) > 1_000:
            raise BrokenPromiseError(f"a rejection that tells nothing, or too much: {rejection!r:.300}")
        f"{rejection.field}{rejection.value}{rejection.problem}{rejection.suggestion}".encode()
    return parsed


def _import(name: str) -> Callable[[Path], object]:
    def run(path: Path) -> object:
        if name == "cordis":
            return _two(path, lambda one, other: _checked(IMPORTERS[name].read([one, other])))
        return _checked(IMPORTERS[name].read([path]))

    return run


def _any_table(path: Path) -> object:
    """Detect, read, look up what was wrong, and write a corrected copy, as the page does."""
    importer = IMPORTERS[detect([path])]
    parsed = _checked(importer.read([path]))
    rejected_rows(path, parsed.rejections)
    mended = [Correction(item.row, item.field, item.value, "x") for item in parsed.rejections if item.fatal][:3]
    with tempfile.TemporaryDirectory(prefix="fuzz-copy-") as folder:
        try:
            write_corrected(path, mended, Path(folder))
        finally:
            if found := {item.name for item in Path(folder).iterdir()} - {path.name}:
                raise BrokenPromiseError(f"written under another name: {found}")
    return parsed


def _watchlist(path: Path) -> object:
    watchlist = read_watchlist(path)
    ids = [entity.entity_id for entity in watchlist.entities]
    if len(ids) != len(set(ids)) or not all(entity.name for entity in watchlist.entities):
        raise BrokenPromiseError("entries without a name, or two with one id")
    return watchlist


def _brief(path: Path) -> object:
    brief = load_brief(path)
    with tempfile.TemporaryDirectory(prefix="fuzz-brief-") as folder:
        copy = Path(folder) / f"given-copy{path.suffix}"
        save_brief_file(brief, copy)
        if load_brief(copy) != brief:
            raise BrokenPromiseError("a saved brief does not come back")
    return brief


def _starter(path: Path) -> object:
    for part in ("organizations", "engagements", "relations", "briefs"):
        with tempfile.TemporaryDirectory(prefix="fuzz-starter-") as folder, suppress(KbError):
            (Path(folder) / part).mkdir()
            (Path(folder) / part / "given.yaml").write_bytes(path.read_bytes())
            load_starter_briefs(Path(folder)) if part == "briefs" else load_starter(Path(folder))
    return None


def _infer(path: Path) -> object:
    with tempfile.TemporaryDirectory(prefix="fuzz-infer-") as folder:
        return infer_file(path, Path(folder) / "claims.csv", lambda what, done, total: None)


def _names_text(path: Path) -> object:
    return read_names_text(path.read_bytes().decode("utf-8", "surrogateescape"))


def workbook(rows: list[list[object]], *, edit: Callable[[str, bytes], bytes] | None = None) -> bytes:
    """Make an .xlsx, with its parts changed by `edit` (name, content)."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    if edit is None:
        return made.getvalue()
    changed = io.BytesIO()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(entry.filename, edit(entry.filename, source.read(entry)))
    return changed.getvalue()


def _database() -> bytes:
    """Make the smallest database that could pass for a knowledge base."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(
            "PRAGMA page_size=512; CREATE TABLE alembic_version (version_num TEXT);"
            "INSERT INTO alembic_version VALUES ('0001'); CREATE TABLE organization (id TEXT, merged_into INTEGER);"
            "INSERT INTO organization VALUES ('a', NULL); CREATE TABLE change (number INTEGER);"
            "CREATE TABLE batch (number INTEGER, at TEXT); INSERT INTO batch VALUES (1, '2026-11-24 09:30:00.000000');"
        )
        return connection.serialize()


def _bytes(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()


TARGETS: dict[str, Target] = {
    "spreadsheet": Target(".csv", _import("spreadsheet"), (SHEET.encode(), SHEET.replace(",", ";").encode("utf-16"))),
    "financedatabase": Target(
        ".csv",
        _import("financedatabase"),
        (_bytes(LISTING, 'ACM,"Acme Inc. Class A",Acme makes beer,,,Beverages,United States,Boston,acme.com,,,False'),),
    ),
    "uk_charities": Target(
        ".csv",
        _import("uk_charities"),
        (_bytes(CHARITY, "GB-CHC-1,1,ST PAUL'S (UK),True,HELPS PEOPLE.,TO ADVANCE.,WWW.X.ORG,2324869.0,ED101"),),
    ),
    "cordis": Target(
        ".csv",
        _import("cordis"),
        (
            _bytes(PARTICIPANT, "7,1,ACME RESEARCH SL,AFR,PRC,ES,MADRID,http://acme.es,coordinator").rstrip()
            + SECOND_FILE
            + _bytes(PROJECT, "7,ACR,A title,An objective,2024-01-31,"),
        ),
    ),
    "any_table": Target(
        ".csv",
        _any_table,
        (SHEET.encode(), gzip.compress(SHEET.encode(), mtime=0), _bytes("name\tcity", "A\tB", "\tC")),
    ),
    "workbook": Target(".xlsx", _import("spreadsheet"), (workbook([["name", "city"], ["A", "B"]]),)),
    "watchlist": Target(
        ".csv",
        _watchlist,
        (
            SDN.encode(),
            _bytes(EU, "1,7,EU-RUS,IV,Control,25.2.2025,b,LegalEntity,Ex (EXW),Ooo; Primer LLC,,Old,RU,,1 (OGRN),,R"),
            _bytes(EBRD, "A Ltd (formerly B),Street,India,2020-01-01T12:00:59Z,Permanent,World Bank,Fraud"),
            _bytes(IADB, 'A,Firm,Peru,Peru,"May 16, 2024",Ongoing,Fraud,IDB,Debarment,,B'),
            _bytes(OPEN, "NK-1,Company,Bank,Bank Ex;EXB,ru;cy,7702,US,OFAC,2025-05-30"),
        ),
    ),
    "brief_yaml": Target(".yaml", _brief, (BRIEF.encode(),)),
    "brief_json": Target(".json", _brief, (b'{"id": "a", "title": "b", "needs": [{"code": "distribution"}]}',)),
    "policy": Target(".yaml", load_policy, (POLICY.encode(),)),
    "starter": Target(".yaml", _starter, (STARTER.encode(), BRIEF.encode())),
    "names_text": Target(".txt", _names_text, (b"Name;Country\nAcme;KE\n", "Acme\tFR\tacme.org\n\u0410cme".encode())),
    "names_file": Target(".csv", read_names_file, (b"Supplier name,Country,registry_id\nAcme,KE,GB-CHC-1\n",)),
    "capacity_labels": Target(
        ".csv",
        lambda path: read_labels(path, ClaimKind.CAPACITY),
        (b"id,name,text,codes,split,asked\n1,A,We sell.,distribution;logistics,test,training\n",),
    ),
    "concern_labels": Target(
        ".csv", lambda path: read_labels(path, ClaimKind.CONCERN), (b"id,name,text,codes\n1,A,Beer.,alcohol:core\n",)
    ),
    "value_pairs": Target(".csv", read_value_pairs, (b"pair_id,text_a,text_b,label\n1,a,b,aligned\n",)),
    "name_pairs": Target(".csv", read_name_pairs, (b"name1,name2,is_match,part\nA,B,true,x\n",)),
    "needs": Target(
        ".csv",
        lambda path: _two(path, read_needs),
        (b"query_id,query,positive_org_ids\n1,n,a" + SECOND_FILE + b"org_id,name,sector,text\na,A,,t\n",),
    ),
    "track_records": Target(
        ".csv",
        lambda path: _two(path, read_track_records),
        (
            b"engagement_id,title,text,start_date\n1,T,t,2024-01-01"
            + SECOND_FILE
            + b"engagement_id,organization_id,name,role\n1,a,A,lead\n",
        ),
    ),
    "decisions": Target(".csv", read_decisions, (b"brief_id,organization_id,accepted\na,b,yes\n",)),
    "weights": Target(".json", read_weights, (b'{"weights": {"mission_fit": 0.5}}', b'{"trust": 1}')),
    "inference": Target(".csv", _infer, (b"id,name,text\n1,A,We distribute condoms through 300 shops.\n",)),
    "backup": Target(".db", examine, (_database(), b"SQLite format 3\x00" + bytes(84))),
}
