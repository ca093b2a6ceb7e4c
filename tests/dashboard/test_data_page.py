from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from dashboard_sample import HOSTILE, claim, words

from dashboard.components.data_check import problem_table
from dashboard.components.data_landing import rejects_file
from dashboard.data_desk import Checked, DataDesk, differing_fields, merged_preview
from dashboard.state import Desk
from kb.backup import back_up
from kb.importing.parsed import Rejection
from kb.knowledge_base import KnowledgeBase
from kb.landing import Preview
from kb.organization import ClaimKind, Organization
from kb.remembered import Remembered
from kb.watchlists import ListedEntity, Watchlist
from matcher import Matcher

PARTNERS = (
    b"Organisation,Country,Capacities,Notes\n"
    b"Kiosk Union,Kenya,distribution,Kiosks sell everything in small packs.\n"
    b"Bus Radio,Uganda,promoton,Radio in buses.\n"
    b",Ghana,volunteers,No name.\n"
    b"Soap Works,Kenya,manufacturing,\n"
)
TABS = ("Import", "Batches", "Duplicates", "Watchlists", "Export", "Backup")


def click(app, label: str):
    return next(button for button in app.button if button.label.startswith(label)).click().run()


def give(app, name: str, content: bytes, field: int = 0):
    return app.file_uploader[field].set_value((name, content, "")).run()


def figures(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


@pytest.fixture
def desk(filled) -> DataDesk:
    return DataDesk(Desk(Matcher(filled)))


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_on_an_empty_knowledge_base(kb, show, tab):
    app = show("data", data=tab)
    assert not app.exception
    assert app.title[0].value == "Data"
    assert tab in ("Watchlists",) or not app.error


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_on_a_few_organizations_without_an_unrounded_number(filled, show, tab):
    app = show("data", data=tab)
    assert not app.exception
    assert not re.search(r"\d\.\d{3,}", words(app))


def test_an_upload_is_recognized_and_nothing_is_imported_before_the_button(filled, show):
    app = give(show("data"), "partners.csv", PARTNERS)
    assert not app.exception
    assert figures(app) == {"New": "2", "Updated": "0", "Joined": "1", "Unchanged": "0", "Rejected": "1"}
    assert filled.count()["organizations"] == 5
    table = app.data_editor[0].value
    assert list(table["Problem"]) == ["the row has no name", "this is not in the vocabulary of capacities"]
    assert list(table["Row"]) == [4, 3]


def test_a_correction_is_checked_again_and_only_good_rows_land_and_can_be_undone(filled, show):
    app = give(show("data"), "partners.csv", PARTNERS)
    app = click(app, "Correct 1 cell and check again")
    assert "1 cell corrected" in words(app)
    assert list(app.data_editor[0].value["Problem"]) == ["the row has no name"]
    app = click(app, "Import 3 organizations")
    assert not app.exception
    assert "2 new, 1 joined, 1 rejected" in words(app)
    found = filled.find("Bus Radio")[0]
    assert [item.code for item in found.claims_of(ClaimKind.CAPACITY) if item.status == "stated"] == ["promotion"]
    assert "manufacturing" in {item.code for item in filled.get("soap").claims}
    assert app.download_button[0].label == "Download the rejects"
    app = click(app, "Undo this import")
    assert filled.count()["organizations"] == 5
    assert "manufacturing" not in {item.code for item in filled.get("soap").claims}
    app = show("data", data="Batches")
    imported = next(batch.number for batch in filled.batches() if batch.kind == "import")
    app.selectbox(key="batch").set_value(imported).run()
    click(app, "Redo")
    assert filled.find("Bus Radio")


def test_corrections_can_be_taken_back(filled, show):
    app = give(show("data"), "partners.csv", PARTNERS)
    app = click(app, "Correct 1 cell and check again")
    app = click(app, "Take the corrections back")
    assert len(app.data_editor[0].value) == 2


def test_columns_are_chosen_and_remembered_for_the_next_file_with_this_header(filled, show):
    mystery = b"who,where it sits\nMystery House,Kenya\n"
    app = give(show("data"), "mystery.csv", mystery)
    assert "Choose the column that holds the organizations' names." in words(app)
    assert not app.metric
    next(box for box in app.selectbox if box.label == "Name").set_value("who")
    next(box for box in app.selectbox if box.label == "Country").set_value("where it sits")
    app = click(app, "Use these columns")
    assert figures(app)["New"] == "1"
    app = click(app, "Import 1 organization")
    assert filled.find("Mystery House")[0].country == "KE"
    app = give(show("data"), "later.csv", b"where it sits,who\nUganda,Other House\n")
    assert "chosen the last time" in words(app)
    assert figures(app)["New"] == "1"


def test_a_column_does_not_hold_two_fields(filled, show):
    app = give(show("data"), "partners.csv", PARTNERS)
    next(box for box in app.selectbox if box.label == "Mission").set_value("Notes")
    app = click(app, "Use these columns")
    assert "one field only: Notes" in words(app)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("page.csv", b"<!doctype html><html>log in</html>", "web page"),
        ("empty.csv", b"", "the file is empty"),
        ("photo.png", b"\x89PNG", "files of this type cannot be read"),
        ("old.csv", "name\nÉcole".encode("utf-16")[:-1], "damaged"),
        ("book.xlsx", b"PK\x03\x04 no workbook", "workbook"),
        ("bare.csv", b"name,country\n", "no row below it"),
    ],
)
def test_what_is_no_table_is_refused_in_the_importers_words(filled, show, name, content, said):
    app = give(show("data"), name, content)
    assert not app.exception
    assert said in app.error[0].value
    assert "Nothing was changed" in app.error[0].value
    assert not app.metric


def test_a_cell_of_ten_megabytes_is_one_rejected_row(filled, show):
    app = give(show("data"), "huge.csv", b"name,notes\nBig," + b"x" * 10_000_000 + b"\nSmall,ok\n")
    assert (figures(app)["New"], figures(app)["Rejected"]) == ("1", "1")
    assert "10,000,000 characters" in app.data_editor[0].value["Problem"][0]


def test_another_encoding_is_read_and_said(filled, show):
    app = give(show("data"), "latin.csv", "name,country\nÉcole,France\n".encode("cp1252"))
    assert figures(app)["New"] == "1"
    assert "Windows-1252" in app.dataframe[-1].value["Problem"][0]


def test_hostile_names_of_files_and_cells_stay_text(filled, show):
    app = give(show("data"), "../../<b>x</b>.csv", f'name,country\n"{HOSTILE}",Atlantis\n'.encode())
    assert not app.exception
    said = "\n".join(str(item.value) for kind in ("title", "markdown", "caption") for item in getattr(app, kind))
    assert "](https://evil" not in said
    assert "<script>" not in said


def test_batches_are_undone_and_redone(filled, show):
    filled.add(Organization(id="late", name="Late"), who="bea")
    app = show("data", data="Batches")
    assert "bea" in list(app.dataframe[0].value["Who"])
    app = click(app, "Undo")
    assert filled.get_many(["late"]) == []
    app = click(app, "Redo")
    assert filled.get("late").name == "Late"
    assert not app.exception


def test_an_undo_that_others_build_on_is_refused_in_words(filled, show):
    app = show("data", data="Batches")
    number = min(batch.number for batch in filled.batches())
    filled.add(filled.get("soap").model_copy(update={"city": "Mombasa"}))
    app = show("data", data="Batches")
    app.selectbox(key="batch").set_value(number).run()
    app = click(app, "Undo")
    assert "This change cannot be made" in app.error[0].value


@pytest.fixture
def twins(filled) -> KnowledgeBase:
    filled.add(
        Organization(
            id="soap-two",
            name="Soap Works",
            country="KE",
            city="Kisumu",
            website="https://soapworks.example",
            claims=(claim(ClaimKind.CAPACITY, "logistics"),),
        )
    )
    return filled


def test_duplicates_are_merged_with_the_fields_chosen_and_come_apart_again(twins, show):
    app = show("data", data="Duplicates")
    assert "May be the same" in words(app)
    table = app.dataframe[0].value.set_index("Field")
    assert table.loc["Capacities", "Afterwards"].count("Logistics") == 1
    assert table.loc["City", "Afterwards"] == "Nairobi"
    next(radio for radio in app.radio if radio.label == "City").set_value("soap-two").run()
    assert app.dataframe[0].value.set_index("Field").loc["City", "Afterwards"] == "Kisumu"
    app = click(app, "Merge into Soap Works")
    assert not app.exception
    assert twins.get("soap-two").id == "soap"
    assert twins.get("soap").city == "Kisumu"
    assert "No two organizations look like the same one." in words(app)
    click(app, "Undo")
    assert twins.get("soap-two").id == "soap-two"
    assert twins.get("soap").city == "Nairobi"


def test_look_alikes_that_are_two_are_not_asked_about_again(twins, show):
    app = click(show("data", data="Duplicates"), "They are two organizations")
    assert "stay two" in words(app)
    assert "No two organizations look like the same one." in words(show("data", data="Duplicates"))
    assert len(Remembered.of(twins).apart()) == 1
    click(app, "Undo")
    assert Remembered.of(twins).apart() == set()


def test_the_name_that_is_given_up_stays_as_an_alias():
    one, two = Organization(id="a", name="Alpha", city="Rome"), Organization(id="b", name="Beta", city="Paris")
    assert differing_fields(one, two) == ["name", "city"]
    after = merged_preview(one, two, {"name": "Beta"})
    assert (after.id, after.name, after.aliases, after.city) == ("a", "Beta", ("Alpha",), "Rome")


def entry(name: str) -> ListedEntity:
    return ListedEntity(entity_id=name, name=name, list_code="mine")


def put_list(kb: KnowledgeBase, read_on: date) -> None:
    kb.watchlists.put_in_use(Watchlist("mine", "My list", "A publisher", None, read_on, (entry("Bad Ltd"),)))


def test_without_a_watchlist_nobody_is_clear(filled, show):
    app = show("data", data="Watchlists")
    assert "not assessed" in app.error[0].value


def test_a_stale_watchlist_is_loud_and_can_be_removed_with_a_reason(filled, show):
    put_list(filled, date.today() - timedelta(days=400))
    app = show("data", data="Watchlists")
    assert "Too old to rely on: My list (400 days)" in app.error[0].value
    assert "stale" in words(app)
    app = click(app, "Remove the list")
    assert "reason" in words(app)
    assert filled.watchlists.all()
    app.text_input(key="why_mine").set_value("Superseded").run()
    app = click(app, "Remove the list")
    assert filled.watchlists.all() == []
    assert "was removed" in words(app)


def test_an_import_of_a_watchlist_is_undone(filled, show):
    put_list(filled, date.today())
    app = show("data", data="Watchlists")
    assert "current" in words(app)
    app.text_input(key="why_mine").set_value("Wrong file").run()
    app = click(app, "Undo the last import")
    assert "there is no copy of it any more" in words(app)


def test_a_watchlist_needs_the_day_of_its_download(filled, show):
    lines = b"id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset," + (
        b"first_seen,last_seen,last_change\nQ1,Company,Bad Ltd,,,ru,,,Frozen,,,x,2026-01-01,2026-01-02,2026-01-02\n"
    )
    app = give(show("data", data="Watchlists"), "targets.simple.csv", lines)
    app = click(app, "Import the list")
    assert "an old one must not pass for a current list" in app.error[-1].value
    assert filled.watchlists.all() == []
    app.date_input[0].set_value(date.today()).run()
    app = click(app, "Import the list")
    assert not app.exception
    assert "is in use now: 1 entry" in words(app)
    assert filled.watchlists.all()[0].read_on == date.today()


def test_a_file_that_is_no_watchlist_is_refused(filled, show):
    app = give(show("data", data="Watchlists"), "partners.csv", PARTNERS)
    app.date_input[0].set_value(date.today()).run()
    app = click(app, "Import the list")
    assert "not a watchlist in a known format" in app.error[-1].value


def test_an_export_is_prepared_and_says_when_it_is_out_of_date(filled, show):
    app = click(show("data", data="Export"), "Prepare 5 organizations")
    assert not app.exception
    assert "5 organizations" in app.download_button[0].label
    filled.add(Organization(id="late", name="Late"))
    assert "has changed since" in words(app.run())


def test_a_backup_is_made_and_checked(filled, show):
    app = click(show("data", data="Backup"), "Make a backup")
    assert "Checked and whole: 5 organizations" in app.success[0].value
    assert app.download_button[0].label.startswith("Download the backup")


def test_a_restore_asks_first_keeps_what_was_there_and_is_undone(filled, show, tmp_path: Path):
    saved = back_up(filled, tmp_path / "saved.db").path
    filled.add(Organization(id="late", name="Late"))
    app = give(show("data", data="Backup"), "saved.db", saved.read_bytes())
    assert next(button for button in app.button if button.label == "Restore").disabled
    table = app.dataframe[0].value
    assert table["Here now"].iloc[0] == "6"
    assert table["In the backup"].iloc[0] == "5"
    app.checkbox[0].check().run()
    app = click(app, "Restore")
    assert not app.exception
    assert filled.get_many(["late"]) == []
    assert "What was here before is kept" in words(app)
    app = click(app, "Undo: bring that back")
    assert not app.exception
    assert filled.get("late").name == "Late"


def test_a_file_that_is_no_backup_is_refused(filled, show):
    app = give(show("data", data="Backup"), "saved.db", b"name,country\n")
    assert "is not a Dancecard backup" in app.error[0].value
    assert filled.count()["organizations"] == 5


def test_the_download_of_rejects_runs_nothing(tmp_path: Path):
    source = tmp_path / "x.csv"
    source.write_text('name,notes\n,"=cmd()"\n')
    wrong = (Rejection(2, "name", "", "the row has no name", "write it"),)
    preview = Preview("x", ("x.csv",), 1, (), (), 0, (), (), wrong, 0, 0)
    lines = list(csv.reader(rejects_file(Checked(source, None, preview, 0)).decode("utf-8-sig").splitlines()))
    assert lines[1] == ["2", "row rejected", "name", "the row has no name", "write it", "", "'=cmd()"]
    assert list(problem_table(wrong)["Outcome"]) == ["Row rejected"]


def test_files_of_one_publisher_are_read_together_and_others_apart(desk):
    class File:
        def __init__(self, name: str, content: str) -> None:
            self.name, self.content = name, content

        def getvalue(self) -> bytes:
            return self.content.encode()

    upload = desk.receive([File("a.csv", "name\nA\n"), File("b.csv", "name\nB\n"), File("c.csv", "")])
    assert [choice.label for choice in upload.choices] == ["a.csv", "b.csv"]
    assert len(upload.refused) == 1
    upload.drop(0)
    assert [choice.label for choice in upload.choices] == ["b.csv"]
