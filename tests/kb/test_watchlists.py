"""Watchlists in the publishers' own formats: small files written here, and the real ones where they are at hand."""

import gzip
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import ImportFileError
from kb.watchlist_formats.entities import name_parts
from kb.watchlists import Watchlist, read_watchlist, staleness

REAL = Path(__file__).parents[3] / "shared" / "data" / "watchlists"
READ_ON = date(2025, 6, 1)

SDN = (
    '101,"EXAMPLE SHIPPING CO., LTD.",-0- ,"IRAN] [NPWMD",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    "\"Tax ID No. 5018078448 (Russia); Registration Number HE375900 (Cyprus); a.k.a. 'EXSHIP'; "
    "a.k.a. 'EXAMPLE LINES LIMITED'; f.k.a. 'OLD EXAMPLE SHIPPING'; Linked To: OTHER COMPANY.\"\n"
    '102,"PEARL","vessel","IRAN",-0- ,-0- ,"Tanker",-0- ,-0- ,"Iran",-0- ,-0- \n'
    '103,"PLAIN TRADING",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n'
    "\x1a\n"
)
EU = (
    "celex,recordId,programKey,annex,measure,startDate,reason,schema,name,alias,weakAlias,previousName,country,"
    "jurisdiction,registrationNumber,leiCode,address\n"
    "32014R0833,7,EU-RUS,IV,Export control,25.2.2025,because,LegalEntity,Example Works (EXW),"
    "\u041e\u041e\u041e \u041f\u0440\u0438\u043c\u0435\u0440; Primer LLC,,Old Works,,,"
    '1085258008054 (OGRN),,"603032, Nizhny Novgorod, Russian Federation"\n'
    '32014R0833,,EU-RUS,IV,Export control,soon,,Vessel,Example Pearl,"KAZ LLP, TOO KAZ",,,,,,,\n'
)
EBRD = (
    "Firm Name,Address,Nationality,Ineligible From, Ineligible Until,Notice Effective At EBRD,"
    "Originating Institution,Prohibited Practice\n"
    '" A2Z Works Limited (previously known as A2Z Repairs Limited)",Street 1,Sri Lanca,2020-01-01T12:00:59Z,'
    "2021-12-31T12:00:59Z,2020-02-01T12:00:59Z,World Bank Group,Fraudulent Practice\n"
    "Permanent Works,,Peoples Republic of China,,Permanent,2016-02-25T10:19:59Z,World Bank Group,Corrupt Practice\n"
    ",,India,,Ongoing,2016-02-25T10:19:59Z,World Bank Group,Corrupt Practice\n"
)
IADB = (
    "Title,Entity,Nationality,Country,From,To,Grounds,Source,IDB Sanction Type,IDB Sanction Source,Other Name\n"
    '“Timir” LLP (“Timir”),Firm,Kazakhstan,Kyrgyzstan,"May 16, 2024","Dec 15, 2026", Fraud,WBG,,,威海建设\n'
    'A Person,Individual,Peru,Peru,"May 16, 2024",Ongoing, Fraud,IDB,Debarment,,\n'
)
OPEN = (
    "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset,first_seen,"
    "last_seen,last_change\n"
    "NK-1,Company,Example Bank,Bank Example;EXB,,ru;cy,,7702002221;1027700,US program,,,OFAC,2024-01-01,"
    "2025-05-30T10:00:00,2025-01-01\n"
    "NK-2,Person,Somebody,,1970,ru,,,,,,OFAC,2024-01-01,2025-05-29,2025-01-01\n"
)


def read(tmp_path: Path, text: str, name: str = "list.csv") -> Watchlist:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_watchlist(path, read_on=READ_ON)


def test_ofac_has_no_header_and_its_aliases_in_remarks(tmp_path):
    watchlist = read(tmp_path, SDN)
    first, vessel, plain = watchlist.entities
    assert watchlist.code == "ofac_sdn"
    assert watchlist.published_on is None
    assert first.entity_id == "101"
    assert first.aliases == ("EXAMPLE LINES LIMITED", "OLD EXAMPLE SHIPPING")
    assert first.weak_aliases == ("EXSHIP",)
    assert first.countries == ("RU", "CY")
    assert first.registration_numbers == ("5018078448", "HE375900")
    assert first.programme == "IRAN; NPWMD"
    assert first.locator == "list.csv, row 1"
    assert (vessel.kind, vessel.countries) == ("vessel", ("IR",))
    assert (plain.aliases, plain.countries, plain.registration_numbers) == ((), (), ())
    assert watchlist.rejections == ()


def test_ofac_row_of_another_width_is_rejected_and_the_rest_read(tmp_path):
    watchlist = read(tmp_path, SDN + '104,"TOO SHORT"\n')
    assert len(watchlist.entities) == 3
    assert [rejection.row for rejection in watchlist.rejections] == [5]


def test_eu_journal(tmp_path):
    watchlist = read(tmp_path, EU)
    first, second = watchlist.entities
    assert first.name == "Example Works"
    assert first.weak_aliases[0] == "EXW"
    assert set(first.aliases) | set(first.weak_aliases) == {
        "EXW",
        "\u041e\u041e\u041e \u041f\u0440\u0438\u043c\u0435\u0440",
        "Primer LLC",
        "Old Works",
    }
    assert first.countries == ("RU",)
    assert first.registration_numbers == ("1085258008054",)
    assert first.start == date(2025, 2, 25)
    assert "32014R0833" in first.locator
    assert second.kind == "vessel"
    assert second.start is None
    assert set(second.weak_aliases) == {"KAZ LLP", "TOO KAZ"}
    assert [(rejection.field, rejection.fatal) for rejection in watchlist.rejections] == [("startDate", False)]


def test_ebrd_keeps_expired_debarments_with_their_dates(tmp_path):
    watchlist = read(tmp_path, EBRD)
    expired, permanent = watchlist.entities
    assert expired.name == "A2Z Works Limited"
    assert expired.aliases == ("A2Z Repairs Limited",)
    assert expired.countries == ("LK",)
    assert (expired.start, expired.end) == (date(2020, 1, 1), date(2021, 12, 31))
    assert expired.in_force(date(2021, 12, 31))
    assert not expired.in_force(date(2022, 1, 1))
    assert (permanent.start, permanent.end) == (date(2016, 2, 25), None)
    assert permanent.countries == ("CN",)
    assert [(rejection.row, rejection.fatal) for rejection in watchlist.rejections] == [(4, True)]


def test_iadb(tmp_path):
    firm, person = read(tmp_path, IADB).entities
    assert firm.name == "“Timir” LLP"
    assert firm.weak_aliases == ("Timir",)
    assert firm.aliases == ("威海建设",) or "威海建设" in firm.weak_aliases + firm.aliases
    assert firm.countries == ("KZ",)
    assert (firm.start, firm.end, firm.grounds) == (date(2024, 5, 16), date(2026, 12, 15), "Fraud")
    assert person.kind == "person"


def test_opensanctions_tells_its_own_date(tmp_path):
    watchlist = read(tmp_path, OPEN)
    bank, person = watchlist.entities
    assert bank.aliases == ("Bank Example",)
    assert bank.weak_aliases == ("EXB",)
    assert bank.countries == ("RU", "CY")
    assert bank.registration_numbers == ("7702002221", "1027700")
    assert person.kind == "person"
    assert watchlist.published_on == date(2025, 5, 30)


def test_gzipped_list(tmp_path):
    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress(OPEN.encode()))
    assert len(read_watchlist(path).entities) == 2


def test_ids_stay_when_rows_move(tmp_path):
    lines = EBRD.splitlines(keepends=True)
    before = {entity.name: entity.entity_id for entity in read(tmp_path, EBRD).entities}
    after = {entity.name: entity.entity_id for entity in read(tmp_path, lines[0] + lines[2] + lines[1]).entities}
    assert before == after


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("a,b\n1,2\n", "not a watchlist in a known format"),
        ("<html><body>log in</body></html>", "web page"),
        ("id,schema,name,aliases,countries,identifiers,sanctions,dataset\n", "no row"),
        (OPEN.split("\n")[0] + "\n,Company,,,,,,,,,,,,,\n", "none of the rows"),
    ],
)
def test_broken_files_say_what_is_wrong(tmp_path, text, said):
    with pytest.raises(ImportFileError, match=said):
        read(tmp_path, text)


def test_missing_file():
    with pytest.raises(ImportFileError, match="no such file"):
        read_watchlist(Path("nowhere.csv"))


@pytest.mark.parametrize(
    ("published", "today", "expected"),
    [
        (None, date(2025, 6, 11), (10, "read", "current")),
        (date(2025, 1, 1), date(2025, 2, 15), (45, "published", "old")),
        (date(2024, 1, 1), date(2025, 2, 15), (411, "published", "stale")),
        (date(2025, 2, 16), date(2025, 2, 15), (0, "published", "current")),
        (date(2026, 1, 1), date(2025, 2, 15), (0, "published", "stale")),
    ],
)
def test_staleness(tmp_path, published, today, expected):
    path = tmp_path / "list.csv"
    path.write_text(SDN, encoding="utf-8")
    found = staleness(read_watchlist(path, read_on=READ_ON, published_on=published), today)
    assert (found.days, found.basis, found.level) == expected


@given(st.text(max_size=400))
def test_any_name_can_be_split(name):
    rest, aliases, weak = name_parts(name)
    assert all(isinstance(part, str) for part in (rest, *aliases, *weak))
    assert rest or not name.strip()


@pytest.mark.skipif(not REAL.is_dir(), reason="the publishers' lists are not at hand")
@pytest.mark.parametrize(
    ("file", "code", "entities"),
    [
        ("ofac_sdn.csv", "ofac_sdn", 8111),
        ("eu_journal_sanctions.csv", "eu_journal", 3488),
        ("ebrd_ineligible.csv", "ebrd", 1199),
        ("iadb_sanctioned_firms.csv", "iadb", 848),
    ],
)
def test_real_lists_are_read_whole(file, code, entities):
    watchlist = read_watchlist(REAL / file)
    assert watchlist.code == code
    assert len(watchlist.entities) == entities
    assert not [rejection for rejection in watchlist.rejections if rejection.fatal]
    assert all(entity.name for entity in watchlist.entities)
