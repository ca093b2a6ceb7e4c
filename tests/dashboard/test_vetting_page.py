from __future__ import annotations

import sqlite3
from datetime import date

import pytest
from dashboard_sample import HOSTILE, words

from dashboard.components.vetting_progress import Working
from dashboard.components.vetting_queue import queue_table
from dashboard.components.vetting_words import OUTCOME_COLOR, OUTCOME_ICON, outcome_badge, pack_titles
from dashboard.vetting_desk import VettingDesk, dossier_file, names_in_file
from kb.casework.vetting_cases import CaseOutcome, FindingState, Ruling
from kb.organization import ClaimStatus
from kb.watchlist_formats.entities import ListedEntity
from kb.watchlists import Watchlist
from matcher.vetting.office import VettingOffice

FENSA, UNICEF = "who_fensa", "unicef_national_committee"


def click(app, label: str):
    return next(button for button in app.button if button.label == label).click().run()


def screened(kb, *ids: str, policies=(UNICEF,), who: str = "Ada"):
    office = VettingOffice(kb)
    return office.screen(office.names_of(ids), policies, record=True, who=who)


def listed(kb, read_on: date) -> None:
    entity = ListedEntity("test_list", "1", "Crooked Bridges", (), (), ("KE",), (), "", "", "", None, None, "row 1")
    kb.watchlists.put_in_use(Watchlist("test_list", "Test list", "Us", None, read_on, (entity,)), who="Ada")


@pytest.fixture
def vetted(filled):
    screened(filled, "brewer", "soap", "evil", "unknown")
    return filled


@pytest.fixture
def case_page(vetted, show):
    return lambda part="Findings", key="brewer": show("vetting", case=key, policies=UNICEF, part=part)


def finding(kb, key="brewer"):
    return next(item for item in kb.casework.case(key, [UNICEF]).findings if item.finding.severity == "exclude")


@pytest.mark.parametrize("view", ["Queue", "Vet names", "Watchlists", "Safeguards"])
@pytest.mark.parametrize("base", ["kb", "vetted"])
def test_every_view_opens(request, show, view, base):
    request.getfixturevalue(base)
    app = show("vetting", vetting_view=view)
    assert not app.exception
    assert app.title[0].value == "Vetting"


def test_without_lists_it_says_so_loudly(vetted, show):
    assert any("No watchlist was imported" in item.value for item in show("vetting").warning)


def test_a_stale_list_is_loud_and_a_current_one_is_not(vetted, show):
    listed(vetted, date.today())
    assert not show("vetting").error
    vetted.watchlists.remove("test_list", "to read an old copy", "Ada")
    listed(vetted, date(2020, 1, 1))
    app = show("vetting", vetting_view="Watchlists")
    assert any("cannot say that somebody is not listed" in item.value for item in app.error)
    assert "STALE" in app.dataframe[0].value["Age"][0]


def test_the_queue_has_the_gravest_first_and_never_calls_a_gap_clear(vetted, show):
    app = show("vetting")
    table = app.dataframe[0].value
    assert table["Organization"].iloc[0] == "Brewer"
    assert table["Outcome"].iloc[0] == "Exclude"
    soap = table[table["Organization"] == "Soap Works"].iloc[0]
    assert soap["Outcome"] == "Nothing found, not all assessed"
    assert soap["Not assessed"] > 0
    assert {metric.label: metric.value for metric in app.metric}["Cases"] == "4"


def test_cases_with_gaps_come_before_complete_ones(vetted):
    queue = VettingDesk(vetted).queue(date.today())
    ranks = [row.outcome.rank for row in queue.rows]
    assert ranks == sorted(ranks, reverse=True)
    assert CaseOutcome.NOT_ASSESSED.rank > CaseOutcome.NO_FINDINGS.rank
    assert queue_table(queue.rows)["Organization"].iloc[0] == "Brewer"


def test_an_outcome_is_told_by_words_and_icon_and_gaps_look_unlike_clear():
    looks = {(OUTCOME_COLOR[item.value], OUTCOME_ICON[item.value], outcome_badge(item)) for item in CaseOutcome}
    assert len(looks) == len(CaseOutcome)
    assert len({OUTCOME_ICON[item.value] for item in CaseOutcome}) == len(CaseOutcome)
    assert OUTCOME_COLOR["not_assessed"] != OUTCOME_COLOR["no_findings"]


def test_the_queue_filters_and_opens_a_case(vetted, show):
    app = show("vetting", queue="To decide")
    assert list(app.dataframe[0].value["Organization"]) == ["Brewer", HOSTILE]
    app.selectbox(key="queue_named").set_value(0).run()
    assert app.query_params["case"] == "brewer"
    assert app.title[0].value == "Brewer"
    click(app, "All cases")
    assert "case" not in app.query_params


def test_a_changed_profile_is_due_again_and_only_that_one(vetted, show):
    vetted.judge_claim("brewer", vetted.get("brewer").claims[1].key, ClaimStatus.CONFIRMED)
    queue = VettingDesk(vetted).queue(date.today())
    assert [row.name for row in queue.due] == ["Brewer"]
    app = show("vetting")
    click(app, "Screen 1 again")
    assert not VettingDesk(vetted).queue(date.today()).due


def test_names_are_looked_up_chosen_and_vetted(filled, show):
    app = show("vetting", vetting_view="Vet names")
    app.multiselect(key="vet_policies").set_value([UNICEF])
    app.text_area(key="vet_text").set_value("Brewer\nSoap Works\tKE\nSoap Works Uganda\nA choir\n=1+1\n")
    click(app, "Look the names up")
    assert not app.exception
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Matched"] == "2"
    assert figures["Could not be read"] == "1"
    app.text_input(key="person").set_value("Ada")
    click(app, "Vet 4 names")
    assert not app.exception
    assert "run" in app.query_params
    table = app.dataframe[0].value
    assert list(table["Outcome"])[:1] == ["Exclude"]
    choir = table[table["Name asked"] == "A choir"].iloc[0]
    assert choir["Outcome"] == "Not identified"
    assert {case.organization_id for case in filled.casework.cases()} >= {"brewer", "soap"}
    assert filled.casework.cases()[0].screenings[0].who == "Ada"


def test_a_choice_between_namesakes_is_a_persons(filled, show):
    from kb.organization import Organization

    filled.add(*(Organization(id=f"hope-{code}", name="Hope Trust", country=code.upper()) for code in ("ke", "ug")))
    app = show("vetting", vetting_view="Vet names")
    app.text_area(key="vet_text").set_value("Hope Trust")
    click(app, "Look the names up")
    radio = app.radio(key="vet_choice_1")
    assert len(radio.options) == 4
    radio.set_value("hope-ug").run()
    click(app, "Vet 1 name")
    assert [case.organization_id for case in filled.casework.cases()] == ["hope-ug"]


def test_a_trial_records_nothing(filled, show):
    app = show("vetting", vetting_view="Vet names")
    app.text_area(key="vet_text").set_value("Brewer")
    click(app, "Look the names up")
    app.toggle(key="vet_record").set_value(False)
    click(app, "Vet 1 name")
    assert filled.casework.cases() == []
    assert "not recorded" in words(app)


def test_names_that_are_none_are_refused_in_words(filled, show):
    app = show("vetting", vetting_view="Vet names")
    app.text_area(key="vet_text").set_value("---\n\n")
    click(app, "Look the names up")
    assert "no usable name" in app.error[-1].value


def test_a_finding_shows_evidence_status_source_and_the_rules_document(case_page):
    said = words(case_page())
    assert "It has alcohol." in said
    assert "unverified" in said
    assert "Its website" in said
    assert "Rule: " in said
    assert "Open: nobody has decided yet" in said


def test_a_decision_needs_a_choice_and_a_reason(vetted, case_page):
    app = case_page()
    submit = next(button for button in app.button if button.label == "Record the decision")
    app = submit.click().run()
    assert any("Choose what you decide" in item.value for item in app.error)
    next(item for item in app.radio if item.label == "Decision").set_value(Ruling.CONFIRMED)
    app = next(button for button in app.button if button.label == "Record the decision").click().run()
    assert any("needs a reason" in item.value for item in app.error)
    assert not vetted.casework.case("brewer", [UNICEF]).decisions


def test_a_decision_is_recorded_with_name_and_can_be_taken_back(vetted, case_page):
    app = case_page()
    app.text_input(key="person").set_value("Ada")
    next(item for item in app.radio if item.label == "Decision").set_value(Ruling.DISMISSED)
    next(item for item in app.text_area if item.label == "Reason").set_value("Sold in 2025")
    app = next(button for button in app.button if button.label == "Record the decision").click().run()
    decision = vetted.casework.case("brewer", [UNICEF]).decisions[0]
    assert (decision.who, decision.reason, decision.state) == ("Ada", "Sold in 2025", FindingState.DISMISSED)
    assert "Sold in 2025" in words(app)
    app = click(app, "Take the decision back")
    assert finding(vetted).state is FindingState.OPEN


def test_a_dismissed_exclusion_waits_for_somebody_else(vetted, case_page):
    vetted.casework.require_four_eyes(True, "the board asks", "Ada")
    vetted.casework.decide("brewer", [UNICEF], finding(vetted).id, Ruling.DISMISSED, "wrong firm", who="Ada")
    app = case_page()
    app.text_input(key="person").set_value("Ada")
    second = next(item for item in app.radio if item.label == "As the second person")
    second.set_value("I agree to dismiss it")
    next(item for item in app.text_area if item.label == "Reason").set_value("So do I")
    app = click(app, "Record my word")
    assert any("another person must look at it" in item.value for item in app.error)
    assert finding(vetted).state is FindingState.AWAITING_SECOND
    app.text_input(key="person").set_value("Ben")
    app = click(app, "Record my word")
    assert finding(vetted).state is FindingState.DISMISSED
    assert "Ben" in words(app)


def test_a_reply_is_kept_in_its_own_words(vetted, case_page):
    app = case_page("Right of reply")
    assert "No reply is on record" in words(app)
    next(item for item in app.text_area if item.label.startswith("What it says")).set_value("We stopped brewing.")
    app = click(app, "Record the reply")
    assert vetted.casework.case("brewer", [UNICEF]).replies[0].text == "We stopped brewing."
    assert "We stopped brewing." in words(app)


def test_a_question_of_diligence_is_answered_and_taken_back(vetted, case_page):
    app = case_page("Due diligence")
    assert not app.exception
    assert "Insufficient information" in words(app)
    next(item for item in app.text_area if item.label == "Note").set_value("Known to the board")
    next(item for item in app.radio if "Acceptable" in item.options).set_value("not_acceptable")
    app = next(button for button in app.button if button.label == "Record the answer").click().run()
    answer = vetted.casework.case("brewer", [UNICEF]).answers[0]
    assert (answer.state, answer.note) == ("not_acceptable", "Known to the board")
    app = click(app, "Undo")
    assert vetted.casework.case("brewer", [UNICEF]).answers[0].state == "insufficient_information"


def test_the_same_facts_under_another_policy(vetted, show):
    app = show("vetting", case="brewer", policies=UNICEF, part="Other policies", against=pack_titles()[FENSA])
    assert not app.exception
    assert "Exclude" in words(app)
    assert "Escalate" in words(app)
    assert "no" in set(app.dataframe[0].value["Agree"])


def test_the_trail_says_who_and_is_checked(vetted, case_page):
    app = case_page("Trail")
    table = app.dataframe[0].value
    assert list(table["Who"]) == ["Ada"]
    assert any("none is missing" in item.value for item in app.success)


@pytest.mark.parametrize("query", [{}, {"case": "brewer", "policies": UNICEF, "part": "Trail"}])
def test_a_tampered_trail_is_loud_everywhere(vetted, show, query):
    with sqlite3.connect(vetted.path) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            if name.startswith(("case_event", "trail_head")):
                connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE case_event SET who = 'nobody' WHERE number = 1")
    assert any("tampered" in item.value for item in show("vetting", **query).error)


def test_a_case_that_was_never_screened_is_not_clear(filled, show):
    app = show("vetting", case="soap", policies=FENSA)
    assert not app.exception
    assert "not the same as clear" in words(app)
    click(app, "Screen it now")
    assert filled.casework.case("soap", [FENSA]).screenings


@pytest.mark.parametrize("query", [{"case": "nobody", "policies": UNICEF}, {"case": "soap", "policies": "no_such"}])
def test_an_address_that_leads_nowhere_is_explained(filled, show, query):
    assert not show("vetting", **query).exception


@pytest.mark.parametrize("part", ["Findings", "Not assessed", "Due diligence", "Other policies", "Trail", "Dossier"])
def test_hostile_names_stay_text(case_page, part):
    app = case_page(part, "evil")
    assert not app.exception
    said = words(app)
    assert "](https://evil.example" not in said
    assert "<script>" not in said.replace("\\<script\\>", "")


def test_dossiers_are_written_in_every_format(vetted):
    desk = VettingDesk(vetted)
    run = desk.as_it_stands("evil", (UNICEF,), None)
    for ending, start in ((".docx", b"PK"), (".xlsx", b"PK"), (".json", b"{")):
        assert dossier_file(desk.dossier(run, HOSTILE), ending).startswith(start)


def test_a_list_that_was_vetted_is_kept_and_the_oldest_forgotten(vetted):
    desk = VettingDesk(vetted)
    names = desk.names_of(["soap"])
    tokens = [desk.screen(names, (UNICEF,), brief=None, chosen={}, record=False, who="Ada") for _ in range(9)]
    assert desk.run(tokens[0]) is None
    assert desk.run(tokens[-1]) is not None


def test_an_uploaded_file_cannot_leave_its_folder(tmp_path):
    found = names_in_file("../../names.csv", b"name,country\nUNICEF,US\n")
    assert [item.name for item in found.names] == ["UNICEF"]


def test_progress_is_drawn_and_taken_away():
    with Working("Vetting") as working:
        working.progress("screening", 1, 2)
        working.progress("screening", 2, None)
