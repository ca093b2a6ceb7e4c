from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import landing
from kb.duplicates import Identity
from kb.errors import ImportFileError
from kb.knowledge_base import KnowledgeBase
from matcher.errors import MatcherError
from matcher.vetting.asked_names import AskedName, NameListError, read_names_file, read_names_text
from matcher.vetting.resolving import MOST_OPTIONS, Resolver

PEOPLE = [
    Identity("unilever", "Unilever", ("Unilever PLC",), "GB", "unilever.com", (("GB-COH", "00041424"),)),
    Identity("unilever-labs", "Unilever Innovation Centre", ("UNILEVER",), "NL", ""),
    Identity("scope-gb", "Scope", (), "GB", "scope.org.uk"),
    Identity("scope-my", "Scope", (), "MY", ""),
    Identity("pmi", "Philip Morris International", ("PMI", "Marlboro"), "US", "pmi.com"),
    Identity("who", "World Health Organization", ("WHO",), "CH", "who.int"),
    Identity("health-trust", "The Health Trust", (), "GB", ""),
    Identity("vector", "Vector Group Ltd.", (), "US", ""),
    Identity("itc", "ITC", (), "IN", ""),
    Identity("solid", "Solid Solar Energy Systems GmbH", ("SOLID",), "AT", ""),
    Identity("fund-2", "Acme Growth Fund 2", (), "US", ""),
]


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    return Resolver(PEOPLE)


@pytest.mark.parametrize(
    ("asked", "outcome", "first"),
    [
        (AskedName(1, "Unilever"), "match", "unilever"),
        (AskedName(1, "UNILEVER N.V."), "match", "unilever"),
        (AskedName(1, "Unilever PLC", "GB"), "match", "unilever"),
        (AskedName(1, "Unilver", "GB"), "match", "unilever"),
        (AskedName(1, "Unilver"), "choose", "unilever"),
        (AskedName(1, "Unilever", "KE"), "choose", "unilever"),
        (AskedName(1, "Unilever", None, "somebody-else.com"), "choose", "unilever"),
        (AskedName(1, "Unilever", None, "unilever.co.uk"), "match", "unilever"),
        (AskedName(1, "Unilever House", None, "", (("GB-COH", "00041424"),)), "match", "unilever"),
        (AskedName(1, "Bakers of Leeds", None, "", (("GB-COH", "00041424"),)), "choose", "unilever"),
        (AskedName(1, "Vector Group LLC"), "choose", "vector"),
        (AskedName(1, "Vector Group Limited"), "match", "vector"),
        (AskedName(1, "OOO 'ITC'"), "choose", "itc"),
        (AskedName(1, "ITC"), "match", "itc"),
        (AskedName(1, "Solid Ltd"), "choose", "solid"),
        (AskedName(1, "Scope"), "choose", "scope-gb"),
        (AskedName(1, "Scope", "MY"), "match", "scope-my"),
        (AskedName(1, "Scope", None, "scope.org.uk"), "match", "scope-gb"),
        (AskedName(1, "WHO"), "choose", "who"),
        (AskedName(1, "WHO", "CH"), "match", "who"),
        (AskedName(1, "World Health Organisation"), "match", "who"),
        (AskedName(1, "Health Trust"), "choose", "health-trust"),
        (AskedName(1, "Acme Growth Fund 3", "US"), "choose", "fund-2"),
        (AskedName(1, "Philip Morris Pakistan Limited", "PK"), "new", "pmi"),
        (AskedName(1, "Whatever Else Ltd"), "new", None),
        (AskedName(1, "anything", id="scope-my"), "choose", "scope-my"),
    ],
)
def test_a_name_is_matched_only_when_the_facts_bind_it_to_one(
    resolver: Resolver, asked: AskedName, outcome: str, first: str | None
) -> None:
    found = resolver.resolve_one(asked)
    assert (found.outcome, found.options[0].organization_id if found.options else None) == (outcome, first), found
    assert (found.organization_id is None) == (outcome != "match")
    assert found.why
    assert len(found.options) <= MOST_OPTIONS
    assert all(option.reasons for option in found.options)


def test_two_equals_are_never_picked_silently() -> None:
    twins = Resolver([Identity("a", "Oxfam", (), "GB"), Identity("b", "Oxfam", (), "GB")])
    found = twins.resolve_one(AskedName(1, "Oxfam", "GB"))
    assert found.outcome == "choose"
    assert {option.organization_id for option in found.options} == {"a", "b"}
    assert "2 organizations fit equally well" in found.why


def test_look_alike_letters_do_not_hide_anybody(resolver: Resolver) -> None:
    masked = "Рhilip Mоrris Intеrnational"  # noqa: RUF001 (Cyrillic letters are the point)
    found = read_names_text(f"{masked}\nPhi\u200blip Mor\u202eris International")
    assert [resolver.resolve_one(item).organization_id for item in found.names] == ["pmi", "pmi"]
    problems = [item.problem for item in found.rejections]
    assert any("several scripts" in problem for problem in problems)
    assert any("invisible characters" in problem for problem in problems)
    assert not any(item.fatal for item in found.rejections)


def test_a_subsidiary_that_nobody_knows_points_to_whom_it_may_belong(resolver: Resolver) -> None:
    found = resolver.resolve_one(AskedName(1, "Philip Morris Pakistan Limited"))
    assert [(option.organization_id, option.tie) for option in found.options] == [("pmi", "part")]
    assert "begins with" in found.why


def test_a_person_chooses_among_the_options_and_no_others(resolver: Resolver) -> None:
    found = resolver.resolve_one(AskedName(7, "Scope"))
    assert found.choose("scope-my").organization_id == "scope-my"
    assert found.choose("").outcome == "new"
    assert not found.choose("").options
    with pytest.raises(MatcherError, match="row 7: 'unilever' is no option"):
        found.choose("unilever")


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_is_looked_up_or_refused(one: str, other: str) -> None:
    resolver = Resolver(PEOPLE)
    try:
        names = read_names_text(f"{one}\n{other}\nUnilever").names
    except NameListError:
        return
    for item in resolver.resolve(names):
        assert item.outcome in ("match", "choose", "new")


def test_hostile_rows_are_refused_with_row_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    rows = ["Name,Country", '"=HYPERLINK(""http://x"",""Oxfam"")",GB', f"{'A' * 100_000},GB", "@SUM(A1:A9),", "-,GB"]
    path.write_text("\n".join([*rows, "<script>alert(1)</script>,", "Oxfam,Atlantis"]), encoding="utf-8")
    found = read_names_file(path)
    assert [(item.row, item.name) for item in found.names] == [(6, "<script>alert(1)</script>"), (7, "Oxfam")]
    refused = {item.row: item.problem for item in found.rejections if item.fatal}
    assert refused.keys() == {2, 3, 4, 5}
    assert "formula" in refused[2]
    assert "100,000 characters" in refused[3]
    assert [(item.row, item.field) for item in found.rejections if not item.fatal] == [(7, "country")]


def test_columns_go_by_any_name(tmp_path: Path) -> None:
    path = tmp_path / "names.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate(
            [
                ("Remark", "Supplier name", "Land", "Homepage", "Charity number"),
                ("x", "Oxfam", "UK", "oxfam.org.uk", "202918"),
            ]
        ):
            sheet.write_row(row, 0, cells)
    found = read_names_file(path).names
    assert found == (AskedName(2, "Oxfam", "GB", "oxfam.org.uk", (("GB-CHC", "202918"),)),)
    assert read_names_file(path, mapping={"name": "Remark"}).names[0].name == "x"
    with pytest.raises(ImportFileError, match="there is no column 'Nope'"):
        read_names_file(path, mapping={"name": "Nope"})


def test_pasted_names_may_carry_country_and_site() -> None:
    found = read_names_text("Oxfam\tUK\toxfam.org.uk\n\nAcme; Sons and Daughters\nSCOPE;MY\n").names
    assert found == (
        AskedName(1, "Oxfam", "GB", "oxfam.org.uk"),
        AskedName(3, "Acme; Sons and Daughters"),
        AskedName(4, "SCOPE", "MY"),
    )
    table = read_names_text("Organisation;Pays\nOxfam;Kenya").names
    assert table == (AskedName(2, "Oxfam", "KE"),)


def test_a_single_column_without_header_loses_no_name(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("Oxfam\nUnilever\n", encoding="utf-8")
    found = read_names_file(path)
    assert [item.name for item in found.names] == ["Oxfam", "Unilever"]
    assert "taken as a name" in found.rejections[0].problem


def test_too_many_and_none_are_refused() -> None:
    with pytest.raises(NameListError, match="more than 5,000"):
        read_names_text("Oxfam\n" * 5_001)
    with pytest.raises(NameListError, match="no usable name"):
        read_names_text(" \n=1+1\n")


def test_every_starter_organization_is_found_by_its_name_and_country(starter_kb: KnowledgeBase) -> None:
    with starter_kb.reading() as connection:
        identities = landing.identities(connection)
    found = Resolver(identities).resolve(
        [AskedName(row, item.name, item.country) for row, item in enumerate(identities)]
    )
    missed = [
        (item.asked.name, item.why)
        for item, own in zip(found, identities, strict=True)
        if item.organization_id != own.id
    ]
    assert missed == []
