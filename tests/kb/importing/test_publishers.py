"""Publishers' own formats: small files by hand, and the real ones where they are at hand."""

from pathlib import Path

import pytest

from kb.errors import ImportFileError
from kb.importing import IMPORTERS, Parsed, detect
from kb.importing.countries import country_code
from kb.importing.listings import load_tables
from kb.importing.uk_charities import load_categories
from kb.organization import MAX_TEXT, ClaimKind
from kb.vocabulary import load_vocabulary

DATA = Path(__file__).parents[4] / "shared" / "data"
FILES = {
    "financedatabase": ["financedatabase/equities.csv.gz"],
    "uk_charities": ["ukcat/sample.csv", "ukcat/top2000.csv"],
    "cordis": ["cordis_horizon_europe/project.csv.gz", "cordis_horizon_europe/organization.csv.gz"],
}
LISTING = "symbol,name,summary,sector,industry_group,industry,country,city,website,isin,shareclass_figi,delisted"
CHARITY = "org_id,reg_number,name,active,activities,objects,web,company_number,UKCAT"
PARTICIPANT = "projectID,orgID,name,shortName,activityType,country,city,url,type"
PROJECT = "id,acronym,title,objective,startDate,endDate"


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def listings(tmp_path: Path, *rows: str) -> Parsed:
    return IMPORTERS["financedatabase"].read([write(tmp_path, "equities.csv", LISTING, *rows)])


def test_listings_of_one_company_are_merged(tmp_path: Path) -> None:
    parsed = listings(
        tmp_path,
        "ACM.BE,ACME INC.  DL-01,Short,,,,United States,,,US0000000001,,False",
        "ACM,Acme Inc. Class A Common Stock,Acme Inc. makes beer.,Consumer Staples,,Beverages,United States,Boston,"
        "http://www.acme.com,US0000000001,,False",
        "0AC.L,Acme Inc,Acme Inc. makes beer in Boston.,Consumer Staples,,Beverages,,,https://acme.com/,,,False",
        "ACM2.DE,ACME INC,,,,,,,,,,False",
    )
    (record,) = parsed.records
    organization = record.organization
    assert (record.key, organization.name) == ("ACM", "Acme Inc.")
    assert (organization.country, organization.city) == ("US", "Boston")
    assert (organization.sector, organization.kind, organization.industry) == ("private", "company", "beverages")
    assert organization.description == "Acme Inc. makes beer in Boston."
    assert [(i.scheme, i.value) for i in organization.registry_ids][:2] == [("ISIN", "US0000000001"), ("TICKER", "ACM")]
    assert (parsed.rows, parsed.rejections) == (4, [])


def test_other_companies_of_the_same_name_stay_apart(tmp_path: Path) -> None:
    parsed = listings(
        tmp_path,
        "A.AX,Star Ltd,Australian,,,,Australia,,http://star.com.au,US0000000001,,False",
        "B.L,Star Plc,British,,,,United Kingdom,,http://star.co.uk,,,False",
        "C.SW,Unlike AG,Swiss,,,,Switzerland,,,US0000000001,,False",
        "D.VI,Star,Unknown,,,,,,,,,False",
    )
    assert len(parsed.records) == 4
    assert not any(i.scheme == "ISIN" for record in parsed.records for i in record.organization.registry_ids)


def test_funds_and_bad_rows_are_named(tmp_path: Path) -> None:
    parsed = listings(
        tmp_path,
        "F,Growth Index Fund,x,,,,,,,,,False",
        ",Nobody,x,,,,,,,,,False",
        "N,,x,,,,,,,,,False",
        "A,Alpha Fund Management Ltd,x,,,,Atlantis,,bad site,,,False",
        "A,Beta,x,,,,,,,,,False",
    )
    assert [record.organization.name for record in parsed.records] == ["Alpha Fund Management Ltd"]
    assert [(r.row, r.field, r.fatal) for r in parsed.rejections] == [
        (2, "name", True),
        (3, "symbol", True),
        (4, "name", True),
        (5, "website", False),
        (5, "country", False),
        (6, "symbol", True),
    ]


@pytest.mark.parametrize(
    ("security", "issuer"),
    [
        ("ABN AMRO Bank N.V. Depositary receipts", "ABN AMRO Bank N.V"),
        ("Vornado Realty Trust 5.25% Series M Cumulative Redeemable Preferred Shares", "Vornado Realty Trust"),
        ("DUERR AG DUERR ORD SHS", "DUERR AG"),
        ("KONINKL. PHILIPS EO -,20", "KONINKL. PHILIPS"),
        ("Meta Platforms Inc Class A", "Meta Platforms Inc"),
        ("Rio Tinto plc Sponsored ADR", "Rio Tinto plc"),
        ("Classy Brands", "Classy Brands"),
        ("Unity Software Inc.", "Unity Software Inc"),
    ],
)
def test_what_belongs_to_the_security_goes(security: str, issuer: str) -> None:
    assert load_tables().issuer(security).rstrip(".") == issuer


def test_charities_add_up_over_rows_and_files(tmp_path: Path) -> None:
    first = write(
        tmp_path, "a.csv", CHARITY,
        "GB-CHC-1,1,ST PAUL'S WOMEN'S INSTITUTE (UK),True,HELPS PEOPLE IN THE UK. MEETS MONDAYS,"
        "TO ADVANCE EDUCATION IN NORTHERN IRELAND,WWW.X.ORG,2324869.0,ED101",
        "GB-CHC-1,1,ST PAUL'S WOMEN'S INSTITUTE (UK),True,,,,,CV104",
        "GB-CHC-2,2,Gone,False,x,,,,",
        "GB-CHC-3,,,,,,,,",
        "nonsense,,x,,,,,,",
    )  # fmt: skip
    second = write(tmp_path, "b.csv", CHARITY, "GB-NIC-9,9,Ni Trust,True,x,,,21430,ZZ999")
    parsed = IMPORTERS["uk_charities"].read([first, second])
    one, two = (record.organization for record in parsed.records)
    assert one.name == "St Paul's Women's Institute (UK)"
    assert one.mission == "To advance education in Northern Ireland"
    assert one.description == "Helps people in the UK. Meets mondays"
    assert [(i.scheme, i.value) for i in one.registry_ids] == [("GB-CHC", "1"), ("GB-COH", "02324869")]
    assert {(c.kind, c.code) for c in one.claims} >= {
        (ClaimKind.CAPACITY, "training"),
        (ClaimKind.CAPACITY, "volunteers"),
    }
    training = next(claim for claim in one.claims if claim.code == "training")
    assert training.evidence[0].text == "UKCAT code ED101: adult education"
    assert two.registry_ids[1].value == "NI021430"
    assert [(r.row, r.field) for r in parsed.rejections] == [(4, "active"), (6, "org_id"), (5, "name")]


def test_ukcat_codes_are_codes_of_the_vocabulary() -> None:
    _, categories = load_categories()
    vocabulary = load_vocabulary()
    for category in categories.values():
        assert category.claims
        assert all(code in vocabulary.terms(kind) for kind, code in category.claims)


def cordis_files(folder: Path) -> list[Path]:
    return [
        write(
            folder, "organization.csv", PARTICIPANT,
            "7,1,ACME FOOD RESEARCH SPA,AFR,PRC,UK,LONDON,,coordinator",
            "7,2,DIMOS KAVALAS,MUNICIPALITY OF KAVALA,PUB,EL,KAVALA,www.kavala.gr,participant",
            "7,1,ACME FOOD RESEARCH SPA,AFR,PRC,UK,LONDON,http://acme.org,participant",
            "8,,NOBODY,,OTH,FR,,,participant",
            "9,3,LIGUE VERTE,,OTH,FR,,,participant",
        ),
        write(
            folder, "project.csv", PROJECT,
            "7,AB,A title,An objective,2024-01-31,soon", "7,AB,Again,x,,", "10,,,x,,",
        ),
    ]  # fmt: skip


@pytest.mark.parametrize("order", [1, -1])
def test_cordis(tmp_path: Path, order: int) -> None:
    parsed = IMPORTERS["cordis"].read(cordis_files(tmp_path)[::order])
    acme, kavala, league = (record.organization for record in parsed.records)
    assert (acme.name, acme.country, acme.city, acme.website) == (
        "Acme Food Research SpA",
        "GB",
        "London",
        "http://acme.org",
    )
    assert acme.aliases == ("AFR",)
    assert (kavala.sector, kavala.kind, kavala.country) == ("public", "government_agency", "GR")
    assert kavala.aliases == ("Municipality of Kavala",)
    assert (league.sector, league.kind) == (None, None)
    (engagement,) = parsed.engagements
    assert (engagement.id, engagement.title, str(engagement.start_date)) == ("cordis-7", "A title", "2024-01-31")
    assert engagement.end_date is None
    assert [(part.organization_id, part.role) for part in engagement.participations] == [
        ("1", "coordinator"),
        ("2", "participant"),
    ]
    assert sorted((r.field, r.fatal) for r in parsed.rejections) == [
        ("endDate", False), ("id", True), ("id", True), ("orgID", True), ("projectID", False),
    ]  # fmt: skip


def test_the_order_of_files_does_not_change_the_digest(tmp_path: Path) -> None:
    paths = cordis_files(tmp_path)
    assert IMPORTERS["cordis"].read(paths).digest == IMPORTERS["cordis"].read(paths[::-1]).digest


def test_wrong_files_are_refused(tmp_path: Path) -> None:
    organization, project = cordis_files(tmp_path)
    with pytest.raises(ImportFileError, match="give one organization file"):
        IMPORTERS["cordis"].read([project])
    with pytest.raises(ImportFileError, match="missing columns symbol"):
        IMPORTERS["financedatabase"].read([project])
    for name in FILES:
        with pytest.raises(ImportFileError, match="no file was given"):
            IMPORTERS[name].read([])
        with pytest.raises(ImportFileError, match="columns are fixed"):
            IMPORTERS[name].read([organization], mapping={"name": "x"})


@pytest.mark.parametrize("name", FILES)
def test_the_real_files(name: str) -> None:
    paths = [DATA / file for file in FILES[name]]
    if not all(path.exists() for path in paths):
        pytest.skip(f"the publisher's files are not at hand: {', '.join(FILES[name])}")
    assert detect(paths) == name
    steps: list[int] = []
    parsed = IMPORTERS[name].read(paths, progress=lambda _, done, __: steps.append(done))
    assert steps
    least = {"financedatabase": 30_000, "uk_charities": 6_000, "cordis": 25_000}[name]
    assert len(parsed.records) > least
    vocabulary = load_vocabulary()
    keys = {record.key for record in parsed.records}
    assert len(keys) == len({record.organization.id for record in parsed.records}) == len(parsed.records)
    for record in parsed.records:
        organization = record.organization
        assert organization.country is None or country_code(organization.country) == organization.country
        assert organization.industry is None or organization.industry in vocabulary.industries
        assert organization.kind is None or vocabulary.kinds[organization.kind].broader == organization.sector
        assert not vocabulary.check(organization.claims)
        assert len(organization.text) <= 2 * MAX_TEXT + 1
    assert {part.organization_id for engagement in parsed.engagements for part in engagement.participations} <= keys
    assert sum(rejection.fatal for rejection in parsed.rejections) < 0.03 * parsed.rows
