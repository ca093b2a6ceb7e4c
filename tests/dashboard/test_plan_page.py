from __future__ import annotations

import io
import json
import re
from datetime import date

import pytest
from dashboard_sample import HOSTILE, TinyEncoder, briefs, words
from docx import Document

from dashboard.components.palette import LIGHT
from dashboard.components.plan_health_history import health_chart, health_table
from dashboard.components.plan_sections import line_words
from dashboard.components.text import plain
from dashboard.planning_desk import PlanningDesk, plan_file
from dashboard.state import Desk
from kb.casework.partnerships import Move, Note, Stage
from matcher import Matcher
from matcher.planning import Plan, set_cell
from matcher.planning.health import DEFAULT, instrument_of
from matcher.planning.layout import load_layout

BRIEF = "handwashing"
WHOLE = "Clean hands in every school by 2027"


def click(app, label: str):
    return next(button for button in app.button if button.label.startswith(label)).click().run()


def pick(app, label: str, option: str):
    box = next(item for item in app.selectbox if item.label == label)
    return box.set_value(box.options.index(option)).run()


def enter(app, text: str):
    pick(app, "Section", "Purpose")
    pick(app, "Line", load_layout().section("purpose").questions["vision"])
    next(item for item in app.text_area if item.label == "Text").set_value(text)
    return click(app, "Change")


def named(app, who: str):
    return app.text_input(key="person").set_value(who).run()


@pytest.fixture
def planning(filled):
    return PlanningDesk(Desk(Matcher(filled, TinyEncoder())))


@pytest.fixture
def listed(filled):
    filled.casework.record(BRIEF, "soap", Move(stage=Stage.CONTACTED, reason="It sells soap"), who="Ada")
    filled.casework.record(BRIEF, "radio", Move(stage=Stage.LONGLIST), who="Ada")
    return filled


def test_every_section_is_drafted_with_origins_and_open_points(filled, show):
    app = show("plan", brief=BRIEF, **{"with": "soap"})
    assert not app.exception
    assert not app.error
    labels = " ".join(item.label for item in app.expander)
    assert all(plain(section.title) in labels for section in load_layout().sections.values())
    said = words(app)
    assert "from the brief" in said
    assert "to be agreed" in said
    assert not re.search(r"\d\.\d{3,}", said)


def test_partners_are_those_on_the_shortlist(listed, show):
    assert show("plan", brief=BRIEF).multiselect(key="pick_plan_partners").value == ["soap"]


def test_partners_are_the_first_of_the_ranking_when_nobody_is_listed(filled, planning, show):
    first = planning.ranked(filled.brief(BRIEF))[0].organization.id
    assert show("plan", brief=BRIEF).multiselect(key="pick_plan_partners").value == [first]


def test_the_address_names_the_partners_and_who_is_unknown_is_said(listed, show):
    app = show("plan", brief=BRIEF, **{"with": ["radio", "nobody"]})
    assert app.multiselect(key="pick_plan_partners").value == ["radio"]
    assert any("nobody" in item.value for item in app.warning)
    app.multiselect(key="pick_plan_partners").set_value(["radio", "soap"]).run()
    assert app.query_params["with"] == ["radio", "soap"]


def test_a_field_is_changed_undone_and_saved(filled, show):
    app = named(show("plan", brief=BRIEF, **{"with": "soap"}), "Ada")
    app = enter(app, WHOLE)
    assert WHOLE in words(app)
    assert "entered by Ada" in words(app)
    assert "1 unsaved change" in words(app)
    assert not filled.casework.plans()
    assert WHOLE not in words(click(app, "Undo the latest change"))
    app = enter(app, WHOLE)
    app.text_input(key="plan_note").set_value("Vision agreed")
    app = click(app, "Save version")
    assert not app.error
    saved = filled.casework.plans()[0]
    assert (saved.number, saved.who, saved.note) == (1, "Ada", "Vision agreed")
    assert "Version 1, as it was saved" in words(app)
    assert WHOLE in words(show("plan", brief=BRIEF, **{"with": "soap"}))


def test_a_version_saved_meanwhile_is_not_overwritten(filled, planning, show):
    brief = filled.brief(BRIEF)
    first = planning.work(brief, ["soap"], {})
    planning.save(first, "", "Ada")
    app = enter(named(show("plan", brief=BRIEF, **{"with": "soap"}), "Ada"), WHOLE)
    theirs = planning.work(brief, ["soap"], {})
    vision = set_cell(theirs.plan, "purpose", "vision", "text", "Ben's words", who="Ben")
    planning.save(theirs.changed(vision), "", "Ben")
    app = click(app, "Save version")
    assert not app.exception
    assert any("This change cannot be made" in item.value for item in app.error)
    assert any("Ben saved version 2" in item.value for item in app.warning)
    assert len(filled.casework.plans()) == 1
    app = click(app, "Drop my changes")
    assert "Ben's words" in words(app)
    assert WHOLE not in words(app)


def test_versions_differ_in_words_and_an_older_one_is_reopened(filled, planning, show):
    brief = filled.brief(BRIEF)
    planning.save(planning.work(brief, ["soap"], {}), "first", "Ada")
    work = planning.work(brief, ["soap"], {})
    planning.save(
        work.changed(set_cell(work.plan, "purpose", "vision", "text", WHOLE, who="Ben")), HOSTILE[:300], "Ben"
    )
    app = show("plan", brief=BRIEF, **{"with": "soap"})
    said = words(app)
    assert "to be agreed became" in said
    assert "[click](https" not in app.table[0].value.to_csv()
    app = click(app, "Reopen version 1")
    assert "Version 2, with 1 unsaved change" in words(app)
    app = click(app, "Save version")
    assert filled.casework.plans()[0].number == 3
    assert "3" in [item.value for item in app.metric if item.label == "Versions saved"]


def test_a_draft_that_is_filled_anew_keeps_what_was_entered(filled, show):
    app = enter(named(show("plan", brief=BRIEF, **{"with": "soap"}), "Ada"), WHOLE)
    app = click(app, "Fill anew")
    assert not app.error
    assert WHOLE in words(app)


def test_hostile_text_stays_text(filled, show):
    app = show("plan", brief=BRIEF, **{"with": "evil"})
    assert not app.exception
    said = words(app)
    assert "Evil" in said
    for mark in ("![x](", "[click](", "<script>", "$x^2$"):
        assert mark not in said.replace("\\", "\0")


def test_the_files_hold_the_plan(filled, planning):
    plan = planning.work(briefs()[0], ["soap"], {}).plan
    assert Plan.model_validate(json.loads(plan_file(plan, ".json"))) == plan
    document = Document(io.BytesIO(plan_file(plan, ".docx")))
    assert any(plan.title in paragraph.text for paragraph in document.paragraphs)


def test_a_line_says_its_origin_and_what_is_open(filled, planning):
    section = planning.work(briefs()[0], ["soap"], {}).plan.section("roles")
    said = line_words(section.lines[-1], load_layout().section("roles"))
    assert "asked in every plan" in said
    assert "to be agreed" in said


def test_a_partnership_without_a_stage_has_no_health_check(filled, show):
    app = show("plan", brief=BRIEF, **{"with": "soap"})
    assert any("has no stage under this brief" in item.value for item in app.info)
    assert not app.select_slider


def test_health_is_recorded_shown_and_taken_back(listed, show):
    app = named(show("plan", brief=BRIEF), "Ada")
    items = instrument_of(DEFAULT).items
    assert len(app.select_slider) == len(items) == 35
    app = click(app, "Record the health check")
    assert any("No item was answered" in item.value for item in app.error)
    for slider in app.select_slider[:-1]:
        slider.set_value(4)
    app = click(app, "Record the health check")
    assert not app.exception
    assert not app.error
    entry = listed.casework.partnership(BRIEF, "soap").health_checks[0].entry
    assert list(entry.scores.values()).count(4) == 34
    assert list(entry.scores.values()).count(None) == 1
    assert "4.0" in app.table[-1].value.to_csv()
    app = app.button(key="undo_health_check").click().run()
    assert not listed.casework.partnership(BRIEF, "soap").health_checks
    assert "No health check was recorded yet" in words(app)


def test_a_health_check_does_not_override_what_was_recorded_meanwhile(listed, show):
    app = named(show("plan", brief=BRIEF), "Ada")
    app.select_slider[0].set_value(5)
    listed.casework.record(BRIEF, "soap", Note(text="Called them"), who="Ben")
    app = click(app, "Record the health check")
    assert not app.exception
    assert any("This change cannot be made" in item.value for item in app.error)
    assert not listed.casework.partnership(BRIEF, "soap").health_checks


def test_the_chart_and_the_table_hold_every_check(listed, planning):
    items = list(instrument_of(DEFAULT).items)
    for month, value in ((1, 2), (7, 4), (7, 4)):
        before = planning.partnership(BRIEF, "soap")
        planning.check_health(before, dict.fromkeys(items[:33], value), date(2026, month, 1), "", "Ada")
    history = planning.health(planning.partnership(BRIEF, "soap"))
    table = health_table(history)
    assert list(table.columns) == ["Section", "1 Jan 2026", "1 Jul 2026 (1)", "1 Jul 2026 (2)"]
    assert len(table) == 8
    assert table.iloc[0, 2] == "4.0"
    assert " and " in table.iloc[-1, 1]
    (rows,) = health_chart(history, LIGHT).to_dict()["datasets"].values()
    assert {row["mean"] for row in rows} == {2.0, 4.0, None}


def test_an_empty_knowledge_base_says_what_to_do(kb, show):
    assert "The knowledge base is empty" in words(show("plan"))
