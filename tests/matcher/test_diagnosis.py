from datetime import date

import pytest

from kb.brief import Brief, Need, Offer
from kb.organization import Claim, ClaimKind, Evidence, Organization, Source
from kb.vocabulary import load_vocabulary
from matcher.diagnosis import ORDER, RULES, diagnose, load_diagnosis_rules
from matcher.errors import MatcherError

VOCABULARY = load_vocabulary()
NETS = Brief(
    id="nets",
    title="Nets",
    behaviour="Sleep under a treated net every night",
    causes=("malaria",),
    audiences=("rural_communities",),
)
RECYCLING = Brief(id="r", title="Sort waste", behaviour="Sort household waste", causes=("waste_recycling",))


def states(brief, seeker=None, owned=()):
    return {item.capacity: item for item in diagnose(brief, seeker, VOCABULARY, owned)}


def test_every_capacity_has_one_state():
    found = diagnose(NETS, None, VOCABULARY)
    assert sorted(item.capacity for item in found) == sorted(VOCABULARY.capacities)
    assert all(item.reason and item.question and item.state in ORDER for item in found)


def test_missing_ones_come_first_by_importance():
    found = diagnose(NETS, None, VOCABULARY)
    keys = [(ORDER.index(item.state), -item.importance) for item in found]
    assert keys == sorted(keys)
    assert found[0].capacity == "distribution"
    assert found[0].mix == "place"


def test_asked_wins_over_owned_and_owned_over_missing():
    source = Source(name="own site", row="1")
    claim = Claim(
        kind=ClaimKind.CAPACITY,
        code="logistics",
        source=source,
        evidence=(Evidence(text="runs 20 trucks", verbatim=True),),
        observed_on=date(2024, 1, 1),
    )
    seeker = Organization(id="s", name="S", claims=(claim,))
    brief = NETS.model_copy(
        update={"needs": (Need(code="distribution", text="shops"),), "offers": (Offer(code="training"),)}
    )
    found = states(brief, seeker, owned=("volunteers", "distribution"))
    assert (found["distribution"].state, found["distribution"].evidence) == ("asked", "shops")
    assert (found["logistics"].state, found["logistics"].evidence) == ("owned", "runs 20 trucks")
    assert found["training"].state == "owned"
    assert found["volunteers"].state == "owned"
    assert found["manufacturing"].state == "missing"


@pytest.mark.parametrize(
    ("behaviour", "missing", "unneeded"),
    [
        ("Use a condom every time", {"distribution", "manufacturing"}, {"service_delivery"}),
        ("Bring children to be vaccinated", {"service_delivery", "logistics"}, set()),
        ("Wear a helmet", {"distribution", "policy_influence"}, {"service_delivery"}),
        ("Wash hands with soap", {"distribution", "promotion"}, {"technology"}),
        ("Greet your neighbours", {"promotion", "research_evaluation"}, {"manufacturing", "logistics", "distribution"}),
    ],
)
def test_kinds_of_programme(behaviour, missing, unneeded):
    found = states(Brief(id="b", title="A programme", behaviour=behaviour))
    assert {code for code in missing if found[code].state == "missing"} == missing
    assert {code for code in unneeded if found[code].state == "not needed"} == unneeded


def test_a_reason_names_what_it_was_read_from():
    assert "“Nets”" in states(NETS)["distribution"].reason
    assert states(RECYCLING)["manufacturing"].state == "not needed"


def test_all_problems_of_the_rules_are_reported_at_once(tmp_path):
    path = tmp_path / "diagnosis.yaml"
    text = RULES.read_text(encoding="utf-8").replace("mix: people", "mix: magic", 1).replace("malaria", "flu", 1)
    path.write_text(text.replace("importance: 0.95", "importance: 7"), encoding="utf-8")
    with pytest.raises(MatcherError) as caught:
        load_diagnosis_rules(path)
    assert all(word in str(caught.value) for word in ("'magic'", "unknown cause flu", "importance 7"))
