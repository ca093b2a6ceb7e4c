from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from dashboard_sample import HOSTILE, TinyEncoder, claim, words
from streamlit.testing.v1 import AppTest

from dashboard.components.export_buttons import as_bytes, file_name
from dashboard.partnering_desk import PartneringDesk, ranking_of
from dashboard.state import Desk
from kb.organization import ClaimKind, Organization
from kb.vocabulary import load_vocabulary
from matcher import Filters, Matcher

TABS = ("Points", "Needs", "Give and get", "Power", "Values", "Flags", "What is known")


def compare(show, *ids: str, brief: str = "handwashing", part: str = "") -> AppTest:
    more = {"organization": list(ids)} if ids else {}
    return show("compare", brief=brief, **more, **({"part": part} if part else {}))


def cards(app: AppTest) -> list[str]:
    return [item.value for item in app.subheader if item.value != "Filters"]


def tables(app: AppTest) -> dict[str, object]:
    return {str(item.value.columns[0]): item.value for item in app.table}


def cell(app: AppTest, table: str, row: str, organization: str) -> str:
    frame = tables(app)[table]
    return str(frame.loc[frame[table] == row, organization].iloc[0])


def click(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def test_without_a_choice_the_first_of_the_ranking_are_compared(filled, show):
    app = compare(show)
    assert not app.exception
    assert cards(app)[0] == "Soap Works"
    assert len(cards(app)) == 3


def test_the_address_names_who_is_compared(filled, show):
    app = compare(show, "radio", "soap")
    assert cards(app) == ["Village Radio", "Soap Works"]
    assert cell(app, "Measure", "Rank by score", "Soap Works") == "1"


def test_removing_one_changes_the_address(filled, show):
    app = compare(show, "radio", "soap", "evil")
    app.button(key="drop_evil").click().run()
    assert app.query_params["organization"] == ["radio", "soap"]
    assert cards(app) == ["Village Radio", "Soap Works"]


def test_one_can_be_added_by_name(filled, show):
    app = compare(show, "radio", "soap")
    app.text_input(key="compare_search").set_value("Nobody").run()
    click(app, "Nobody Knows")
    assert app.query_params["organization"] == ["radio", "soap", "unknown"]


@pytest.mark.parametrize("part", TABS)
def test_every_part_opens_without_an_unrounded_number(filled, show, part):
    app = compare(show, "radio", "soap", "evil", "unknown", part=part)
    assert not app.exception
    assert not app.error
    said = words(app) + "\n".join(item.value.to_csv() for item in app.table)
    assert not re.search(r"\d\.\d{3,}", said)


def test_who_is_unknown_is_left_out_and_named(filled, show):
    app = compare(show, "soap", "no-such", "radio")
    assert cards(app) == ["Soap Works", "Village Radio"]
    assert "no-such" in app.warning[0].value


def test_more_than_five_are_cut_with_a_word(filled, show):
    filled.add(*(Organization(id=f"org-{number}", name=f"Org {number}") for number in range(7)))
    app = compare(show, *(f"org-{number}" for number in range(7)))
    assert len(cards(app)) == 5
    assert "At most 5" in app.warning[0].value


def test_one_alone_is_shown_with_what_is_missing(filled, show):
    app = compare(show, "soap")
    assert not app.exception
    assert "add another organization" in words(app)


def test_who_crosses_a_red_line_is_set_apart_and_has_no_rank(filled, show):
    app = compare(show, "brewer", "soap")
    assert cell(app, "Measure", "Rank by score", "Brewer") == "set apart"
    assert "Your red line: Alcohol" in words(app)


def test_points_of_the_table_add_up_to_the_score(filled, show):
    frame = tables(compare(show, "soap", "radio"))["Component"]
    shown = [value.replace("\N{MINUS SIGN}", "-") for value in frame["Soap Works"]]
    points = [int(value) for value in shown[:-1] if value != "not assessed"]
    assert abs(sum(points) - int(shown[-1].strip("*"))) <= len(points) / 2


def test_what_is_not_known_is_never_shown_as_none(filled, show):
    app = compare(show, "unknown", "soap", part="Needs")
    assert cell(app, "Need", "Distribution", "Nobody Knows") == "? not known"
    assert cell(app, "Measure", "Mutual dependence", "Nobody Knows") == "not assessed"


def test_give_and_get_shows_what_is_wanted_and_what_is_offered(filled, show):
    app = compare(show, "soap", "brewer", part="Give and get")
    assert cell(app, "You want", "Distribution", "Soap Works").endswith("(ask)")
    assert "not known to have it" in cell(app, "You want", "Promotion", "Brewer")
    assert cell(app, "They want", "Credibility", "Soap Works").startswith("✓")
    assert "Soap Works gives you" in [item.value for item in app.subheader]


def test_power_is_two_numbers_that_fit_the_two_dependences(filled, show):
    app = compare(show, "soap", "radio", part="Power")
    row = tables(app)["Organization"].iloc[0]
    amounts = {name: float(str(row[name]).replace("\N{MINUS SIGN}", "-")) for name in row.index[1:5]}
    yours, theirs = amounts["You depend on it"], amounts["It depends on you"]
    assert yours > 0
    assert theirs > 0
    assert amounts["Mutual dependence"] == pytest.approx(yours + theirs, abs=0.011)
    assert amounts["Imbalance"] == pytest.approx(yours - theirs, abs=0.011)
    assert {"Mutual dependence", "Imbalance"} <= {item.label for item in app.metric}


def test_shared_and_opposed_values_are_told_apart(filled, show):
    vocabulary = load_vocabulary()
    mine, against = next((code, term.opposes[0]) for code, term in vocabulary.values.items() if term.opposes)
    filled.save_brief(filled.brief("handwashing").model_copy(update={"values": (mine,)}))
    value = ClaimKind.VALUE
    filled.add(
        Organization(id="ally", name="Ally", claims=(claim(value, mine),)),
        Organization(id="rival", name="Rival", claims=(claim(value, against),)),
    )
    app = compare(show, "ally", "rival", "soap", part="Values")
    assert cell(app, "Principle", vocabulary.values[mine].label, "Ally").startswith("✓ shared")
    assert cell(app, "Principle", vocabulary.values[against].label, "Rival").startswith("✗ against yours")
    assert cell(app, "Principle", vocabulary.values[mine].label, "Soap Works") == "? not known"
    assert "You and Rival" in app.warning[0].value
    assert "You and Ally" not in words(app)
    assert any("Ally and Rival" in item.value for item in app.markdown)


def test_no_flag_is_never_called_clear(filled, show):
    assert "not mean that it is clear" in words(compare(show, "soap", "evil", part="Flags"))


def test_hostile_names_are_harmless_in_tables(filled, show):
    app = compare(show, "evil", "soap", part="Needs")
    for item in app.table:
        assert not any("](https://evil.example)" in name.replace("\\]", "") for name in map(str, item.value.columns))
    assert HOSTILE not in words(app)


def test_the_downloads_are_real_files_with_the_compared_alone(filled, show):
    desk = Desk(Matcher(filled, TinyEncoder()))
    brief = filled.brief("handwashing")
    compared = PartneringDesk(desk).compare(brief, ["radio", "brewer", "soap"], {})
    ranking = ranking_of(desk.rank(brief, Filters(), {}, 5), compared)
    data = json.loads(as_bytes(ranking, ".json"))
    assert [item["organization"]["id"] for item in data["candidates"]] == ["soap", "radio"]
    assert [item["organization"]["id"] for item in data["set_apart"]] == ["brewer"]
    for ending, inside in ((".docx", "word/document.xml"), (".xlsx", "xl/workbook.xml")):
        assert inside in zipfile.ZipFile(io.BytesIO(as_bytes(ranking, ending))).namelist()
    assert file_name(ranking, "comparison", ".docx") == "handwashing-with-soap-comparison.docx"


def test_weights_set_on_the_ranking_hold_here_too(filled, show):
    app = show("partners", brief="handwashing")
    before = cell(app.switch_page("dashboard/pages/compare.py").run(), "Component", "**Score**", "Soap Works")
    app.switch_page("dashboard/pages/partners.py").run()
    app.slider(key="weight_handwashing_complementarity").set_value(100).run()
    app.switch_page("dashboard/pages/compare.py").run()
    assert cell(app, "Component", "**Score**", "Soap Works") != before
    assert "weights that you set" in words(app)
    app.switch_page("dashboard/pages/partners.py").run()
    assert app.slider(key="weight_handwashing_complementarity").value == 100


def test_the_ranking_leads_to_the_comparison_and_offers_downloads(filled, show):
    app = show("partners", brief="handwashing")
    links = {item.proto.label: item.proto for item in app.get("page_link")}
    assert "Compare the first 3 side by side" in links
    app.multiselect(key="tray_handwashing").set_value(["soap", "radio"]).run()
    links = {item.proto.label: item.proto for item in app.get("page_link")}
    assert "organization=soap&organization=radio" in links["Compare these 2 side by side"].query_string
    assert {item.label for item in app.download_button} == {"Word brief", "Excel shortlist", "JSON"}


def test_the_exchange_of_a_candidate_shows_ledger_and_power(filled, show):
    app = show("partners", brief="handwashing", candidate="soap")
    app.session_state["tabs_soap"] = "Exchange"
    app.run()
    assert not app.exception
    heads = [item.value for item in app.subheader]
    assert {"Soap Works gives you", "You give Soap Works", "Who depends on whom", "Terms"} <= set(heads)
    assert {"Mutual dependence", "Imbalance"} <= {item.label for item in app.metric}
    assert "**Distribution**" in words(app)


def test_an_empty_knowledge_base_says_what_to_do(kb, show):
    app = show("compare")
    assert not app.exception
    assert "The knowledge base is empty" in words(app)
