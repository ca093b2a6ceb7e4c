"""Any spreadsheet, with any columns."""

from pathlib import Path

import pytest

from kb.errors import ImportFileError
from kb.importing import IMPORTERS, Parsed, detect
from kb.importing.columns import guess_mapping
from kb.organization import ClaimKind, ConcernRole


def read(tmp_path: Path, text: str, **mapping: str) -> Parsed:
    path = tmp_path / "partners.csv"
    path.write_text(text, encoding="utf-8")
    return IMPORTERS["spreadsheet"].read([path], mapping=mapping or None)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            ["Organisation", "Country", "Web site", "Needs"],
            {"name": "Organisation", "country": "Country", "website": "Web site", "needs": "Needs"},
        ),
        (
            ["Nom", "Pays", "Site web", "Besoins"],
            {"name": "Nom", "country": "Pays", "website": "Site web", "needs": "Besoins"},
        ),
        (
            ["Nombre", "País", "Sitio web", "Ofertas"],
            {"name": "Nombre", "country": "País", "website": "Sitio web", "offers": "Ofertas"},
        ),
        (
            ["Firma", "Land", "Webseite", "Zielgruppen"],
            {"name": "Firma", "country": "Land", "website": "Webseite", "audiences": "Zielgruppen"},
        ),
        (
            ["NAME", "Red_Lines", "Organizaton type"],
            {"name": "NAME", "sector": "Organizaton type", "red_lines": "Red_Lines"},
        ),
        (["x", "y"], {}),
    ],
)
def test_columns_are_guessed(header: list[str], expected: dict[str, str]) -> None:
    assert guess_mapping(header) == expected


def test_a_row_becomes_an_organization(tmp_path: Path) -> None:
    parsed = read(
        tmp_path,
        "Name;Also known as;Sector;Country;Website;Registry_id;Capacities;Places;Concerns;Mission\n"
        "Acme Health;AH|Acme;NGO;UK;WWW.Acme.ORG/;GB-CHC-1000116;Distribution, volunteers|media channels;"
        "Kenya, West Africa;beer (minor);Better health\n",
    )
    (record,) = parsed.records
    organization = record.organization
    assert (record.key, record.row, organization.name) == ("GB-CHC-1000116", 2, "Acme Health")
    assert organization.aliases == ("AH", "Acme")
    assert (organization.sector, organization.kind, organization.country) == ("voluntary", "ngo", "GB")
    assert organization.website == "https://www.acme.org"
    assert [(i.scheme, i.value) for i in organization.registry_ids] == [("GB-CHC", "1000116")]
    assert [claim.code for claim in organization.claims_of(ClaimKind.CAPACITY)] == [
        "distribution",
        "volunteers",
        "media_channels",
    ]
    assert [claim.code for claim in organization.claims_of(ClaimKind.PLACE)] == ["KE", "west_africa"]
    (concern,) = organization.claims_of(ClaimKind.CONCERN)
    assert (concern.code, concern.role, concern.evidence[0].text) == ("alcohol", ConcernRole.MINOR, "beer (minor)")
    assert (concern.source.name, concern.source.row, concern.evidence[0].where) == ("partners.csv", "2", "Concerns")
    assert concern.evidence[0].verbatim
    assert parsed.rejections == []


def test_unknown_words_are_left_out_with_a_suggestion(tmp_path: Path) -> None:
    parsed = read(tmp_path, "name,country,capacities,website,sector\nA,Nigerria,distribuition,not a site,voluntry\n")
    assert len(parsed.records) == 1
    assert not any(rejection.fatal for rejection in parsed.rejections)
    suggestions = {rejection.field: rejection.suggestion for rejection in parsed.rejections}
    assert "Nigeria" in suggestions["country"]
    assert "Distribution" in suggestions["capacities"]
    assert "Voluntary" in suggestions["sector"]
    assert set(suggestions) == {"country", "capacities", "website", "sector"}


def test_a_word_of_two_meanings_is_asked_back(tmp_path: Path) -> None:
    parsed = read(tmp_path, "name,causes\nA,condoms\n")
    assert parsed.records[0].organization.claims == ()
    assert "choose one of" in parsed.rejections[0].suggestion


def test_two_words_for_one_code_are_one_claim(tmp_path: Path) -> None:
    (claim,) = read(tmp_path, "name,capacities\nA,Logistics; warehousing\n").records[0].organization.claims
    assert [evidence.text for evidence in claim.evidence] == ["Logistics", "warehousing"]


@pytest.mark.parametrize(
    ("country", "code"),
    [
        ("UK", "GB"),
        ("USA", "US"),
        ("South Korea", "KR"),
        ("Ivory Coast", "CI"),
        ("deu", "DE"),
        ("España", "ES"),
        ("Niger", "NE"),
        ("NA", "NA"),
        ("Kosovo", "XK"),
    ],
)
def test_countries(tmp_path: Path, country: str, code: str) -> None:
    assert read(tmp_path, f"name,country\nA,{country}\n").records[0].organization.country == code


@pytest.mark.parametrize(
    "cell", ["=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "+A1", "-2*3", "#REF!", '=HYPERLINK("http://x")']
)
def test_formulas_are_left_out(tmp_path: Path, cell: str) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    parsed = read(tmp_path, f"name,description\nA,{quoted}\n{quoted},x\n")
    assert [record.organization.description for record in parsed.records] == [""]
    assert [(rejection.row, rejection.fatal) for rejection in parsed.rejections] == [(2, False), (3, True)]


@pytest.mark.parametrize("cell", ["- helps children (5-12)", "+44 20 7946 0000", "-", "@unicef", "a = b"])
def test_ordinary_text_is_no_formula(tmp_path: Path, cell: str) -> None:
    assert read(tmp_path, f'name,description\nA,"{cell}"\n').rejections == []


def test_missing_names_and_repeated_ids_are_fatal(tmp_path: Path) -> None:
    parsed = read(tmp_path, "id,name\n1,A\n2,\n1,B\n3,n/a\n,A Ltd\n,A\n")
    assert [record.key for record in parsed.records] == ["1", "a"]
    assert [(rejection.row, rejection.fatal) for rejection in parsed.rejections] == [
        (3, True),
        (4, True),
        (5, True),
        (7, True),
    ]
    assert "row 2" in parsed.rejections[1].problem
    assert parsed.rows == 6


def test_invisible_characters_go(tmp_path: Path) -> None:
    assert read(tmp_path, "name\n\u202eA\u200bcme\u0007 Ltd\n").records[0].organization.name == "Acme Ltd"


def test_long_text_is_cut_and_long_names_are_refused(tmp_path: Path) -> None:
    parsed = read(tmp_path, f"name,description\nA,{'word ' * 5000}\n{'B' * 501},x\n")
    assert len(parsed.records[0].organization.description) <= 20_000
    assert [rejection.fatal for rejection in parsed.rejections] == [False, True]


def test_a_number_of_no_registry_is_kept_as_key_only(tmp_path: Path) -> None:
    parsed = read(tmp_path, "name,registration number\nA,12345\n")
    assert parsed.records[0].key == "12345"
    assert parsed.records[0].organization.registry_ids == ()
    assert not parsed.rejections[0].fatal


def test_sector_and_kind_that_contradict(tmp_path: Path) -> None:
    parsed = read(tmp_path, "name,sector,kind\nA,public,company\nB,,ministry\n")
    assert [(r.organization.sector, r.organization.kind) for r in parsed.records] == [
        ("public", None),
        ("public", "ministry"),
    ]
    assert parsed.rejections[0].field == "kind"


def test_columns_can_be_chosen(tmp_path: Path) -> None:
    parsed = read(tmp_path, "x,y,name\nA,volunteers,ignored\n", name="x", capacities="y")
    assert parsed.records[0].organization.name == "A"
    assert [claim.code for claim in parsed.records[0].organization.claims] == ["volunteers"]
    with pytest.raises(ImportFileError, match=r"no field 'colour'.*no column 'z'"):
        read(tmp_path, "x\nA\n", name="z", colour="x")
    with pytest.raises(ImportFileError, match="no column holds the organizations' names"):
        read(tmp_path, "x,y\nA,B\n")


def test_detection(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Organisation,City\nA,B\n")
    assert detect([path]) == "spreadsheet"
    path.write_text("foo,bar\nA,B\n")
    with pytest.raises(ImportFileError, match=r"columns found: a\.csv: foo, bar.*FinanceDatabase.*CORDIS"):
        detect([path])


def test_every_importer_says_what_it_is_for() -> None:
    for name, importer in IMPORTERS.items():
        assert importer.name == name
        assert importer.label
        assert importer.description
        assert importer.files
