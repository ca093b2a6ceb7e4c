"""Who is new since a person marked a ranking as seen; looking alone records nothing."""

from __future__ import annotations

from dashboard_sample import briefs, organizations, words

from kb.people import Person, acting_as
from kb.remembered import Remembered
from kb.roles import Role


def click(app, label: str):
    return next(button for button in app.button if button.label == label).click().run()


def badges(app) -> list[str]:
    return [item.value for item in app.markdown if "badge[New]" in item.value]


def newcomer(kb) -> None:
    soap = next(item for item in organizations() if item.id == "soap")
    kb.add(
        soap.model_copy(update={"id": "suds", "name": "Suds [x](https://evil.example)"}), label="May list", who="bea"
    )


def labels(app) -> list[str]:
    return [button.label for button in app.button]


def test_looking_and_looking_again_records_nothing(filled, show):
    before = filled.batches(), filled.casework.newest_event()
    app = show("partners", brief="handwashing")
    app.run()
    assert "whoever joins them later is marked New" in words(app)
    assert not badges(app)
    assert (filled.batches(), filled.casework.newest_event()) == before


def test_a_mark_is_one_event_and_can_be_taken_back(filled, show):
    app = show("partners", brief="handwashing")
    click(app, "Mark as seen")
    seen = Remembered.of(filled).seen("handwashing")
    assert seen.organizations == {"soap", "radio", "evil", "unknown"}
    assert "Nobody new among the first 50" in words(app)
    assert "Mark as seen" not in labels(app)
    click(app, "Undo")
    assert Remembered.of(filled).seen("handwashing") is None
    assert "Mark as seen" in labels(app)


def test_who_joined_since_is_badged_and_said_with_what_changed(filled, show):
    click(show("partners", brief="handwashing"), "Mark as seen")
    newcomer(filled)
    app = show("partners", brief="handwashing")
    said = words(app)
    assert "**1 new** among the first 50" in said
    assert "Meanwhile: 1 edit." in said
    assert len(badges(app)) == 1
    app.session_state["who_is_new"] = True
    said = words(app.run())
    assert "by bea: May list" in said
    assert "](https://evil" not in said
    click(app, "Mark as seen")
    assert not badges(app)
    assert "Nobody new" in words(app)


def test_the_table_has_a_column_for_who_is_new(filled, show):
    click(show("partners", brief="handwashing"), "Mark as seen")
    assert "New" not in show("partners", brief="handwashing", view="Table").dataframe[0].value.columns
    newcomer(filled)
    table = show("partners", brief="handwashing", view="Table").dataframe[0].value
    assert table.loc[table["New"] == "New", "Organization"].str.startswith("Suds").tolist() == [True]


def test_a_filter_or_a_weight_of_this_visit_makes_nobody_new(filled, show):
    click(show("partners", brief="handwashing"), "Mark as seen")
    app = show("partners", brief="handwashing")
    app.multiselect(key="filter_countries").set_value(["UG"]).run()
    app.slider(key="weight_handwashing_complementarity").set_value(100).run()
    assert not badges(app)
    assert "Nobody new among the first 50" in words(app)


def test_who_left_and_a_changed_brief_are_said(filled, show):
    click(show("partners", brief="handwashing"), "Mark as seen")
    filled.remove("unknown")
    brief = briefs()[0]
    filled.save_brief(brief.model_copy(update={"red_lines": brief.red_lines.model_copy(update={"concerns": ()})}))
    app = show("partners", brief="handwashing")
    said = words(app)
    assert "**1 new** among the first 50" in said
    assert "1 no longer there" in said
    assert "the brief itself was changed" in said
    app.session_state["who_is_new"] = True
    assert "Nothing changed in its own profile" in words(app.run())


def test_a_mark_is_for_one_brief(filled, show):
    click(show("partners", brief="handwashing"), "Mark as seen")
    assert "whoever joins them later" in words(show("partners", brief="radio-days"))


def test_a_viewer_sees_no_offer_and_no_error(filled, show, monkeypatch):
    viewer = Person("vera", Role.VIEWER, "vera@example.org")
    with acting_as(Person("vera", Role.EDITOR, "vera@example.org")):
        Remembered.of(filled).mark_seen("radio-days", ["soap"])
    monkeypatch.setattr("dashboard.signin_desk.local_person", lambda: viewer)
    app = show("partners", brief="handwashing")
    assert "Mark as seen" not in labels(app)
    assert not app.error
    app = show("partners", brief="radio-days")
    assert next(button for button in app.button if button.label == "Mark as seen").disabled
    assert "1 new" in words(app)
