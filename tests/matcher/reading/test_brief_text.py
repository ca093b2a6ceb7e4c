from pathlib import Path
from time import perf_counter

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.brief import Seeker
from kb.errors import BriefError
from kb.vocabulary import load_vocabulary
from matcher.reading.brief_text import Draft, draft_to_brief, read_brief

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "brief_texts.yaml").read_text(encoding="utf-8"))
VOCABULARY = load_vocabulary()
PIECES = [
    "We need",
    "we offer",
    "no",
    "never",
    "must",
    "but",
    "tobacco companies",
    "Turkey",
    "Kenya",
    "mothers",
    "soap",
    "\u2019",
    "radio",
    "essential",
    ":",
    "\n- ",
    ". ",
    "; ",
    "our own",
    "without",
    "is missing",
    "Red lines:",
    "İstanbul",
    "é",
    "who want to quit",
    "want",
    "to",
    "only NGOs",
    "US",
    "us",
    "condoms",
    "except",
    "in return",
    "\x00",
    "ﬁ",
    "ß",
    "\n\nGaps\n",
]


def read(text: str) -> Draft:
    return read_brief(text, VOCABULARY)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_graded_briefs(case):
    draft = read(case["text"])
    for kind, codes in case["expect"].items():
        found = {item.code: item for item in draft.of(kind)}
        wanted = {code.removesuffix("!") for code in codes}
        assert wanted <= set(found), kind
        assert all(found[code[:-1]].must for code in codes if code.endswith("!"))
    for kind, codes in case.get("forbid", {}).items():
        assert not set(codes) & set(draft.codes(kind)), kind
    assert set(case.get("owned", [])) <= {item.code for item in draft.owned}
    assert case.get("behaviour", "") in draft.behaviour
    if "nothing" in case:
        assert not draft.recognized
        assert case["nothing"] in draft.notes[0]


def assert_sound(draft: Draft, text: str) -> None:
    assert draft.behaviour in text
    for item in (*draft.recognized, *draft.owned):
        assert item.quote
        assert item.quote in text
        assert 0 <= item.confidence <= 1
        assert 0 <= item.importance <= 1
    keys = [(item.kind, item.code, item.refused) for item in draft.recognized]
    assert len(keys) == len(set(keys))
    draft_to_brief(draft, None, id="b", title="t", seeker=Seeker(), text=text)


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_and_quoted_verbatim(text):
    assert_sound(read(text), text)


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=40), st.sampled_from([" ", "", "\n", ", "]))
@settings(max_examples=200, deadline=None)
def test_any_mix_of_cues_is_read_and_quoted_verbatim(pieces, glue):
    text = glue.join(pieces)
    assert_sound(read(text), text)


def test_only_confirmed_items_reach_the_brief():
    text = "We want mothers in Kenya to use soap. We need a radio station. No tobacco companies."
    draft = read(text)
    nothing = draft_to_brief(draft, (), id="b", title="t", seeker=Seeker(), text=text)
    assert not any((nothing.needs, nothing.causes, nothing.places, nothing.red_lines.concerns))
    need = next(i for i, item in enumerate(draft.recognized) if item.kind == "need")
    only = draft_to_brief(draft, [need], id="b", title="t", seeker=Seeker(name="We"), text=text)
    assert [item.code for item in only.needs] == ["media_channels"]
    assert not only.causes
    everything = draft_to_brief(draft, None, id="b", title="t", seeker=Seeker(), text=text)
    assert everything.red_lines.concerns == ("tobacco",)
    assert everything.places == ("KE",)
    assert everything.context == text


@pytest.mark.parametrize("position", [-1, 99])
def test_an_unknown_position_is_named(position):
    with pytest.raises(BriefError, match=str(position)):
        draft_to_brief(read("We need a radio."), [position], id="b", title="t", seeker=Seeker(), text="x")


def test_a_long_text_is_read_whole_and_kept_in_part():
    text = "The weather is fine in spring. " * 3000 + "We need a radio station."
    draft = read(text)
    assert "media_channels" in draft.codes("need")
    assert any("20,000" in note for note in draft.notes)
    draft_to_brief(draft, None, id="b", title="t", seeker=Seeker(), text=text)


@pytest.mark.parametrize("phrase", ["we need radio and ", "no tobacco, ", "mothers need radio. ", "\n", "a"])
def test_reading_time_grows_with_length_alone(phrase):
    started = perf_counter()
    read(phrase * (60_000 // len(phrase)))
    assert perf_counter() - started < 30


def test_an_empty_text_says_what_to_write():
    assert "empty" in read("  \n").notes[0]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Drivers in Georgia (Atlanta, USA) should slow down.", {"US"}),
        ("Drivers in Georgia should slow down.", {"GE"}),
        ("Tell us what to do with the china.", set()),
        ("Let us work in the US with farmers.", {"US"}),
        ("Kenyan and Mexican farmers", {"KE", "MX"}),
        ("Turkish tea in Turkey", {"TR"}),
        ("Côte d'Ivoire and Cote d\u2019Ivoire", {"CI"}),
        ("Farmers of Papua New Guinea", {"PG"}),
        ("South Sudan and the Democratic Republic of the Congo", {"SS", "CD"}),
        ("Guinea worm in Chad", {"TD"}),
        ("Kenya, East Africa", {"KE"}),
        ("All of West Africa", {"west_africa"}),
        ("no capitals: women in zambia", {"ZM"}),
    ],
)
def test_places(text, places):
    assert set(read(text).codes("place")) == places


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("We do not need funding.", set()),
        ("We don\u2019t need any volunteers.", set()),
        ("Mothers need clinics.", set()),
        ("We need no trucks.", set()),
        ("Funding is not needed.", set()),
        ("We need funding to train nurses.", {"funding"}),
        ("We need someone to answer our helpline.", set()),
        ("We have no sales force.", {"sales_force"}),
        ("A sales force is missing.", {"sales_force"}),
        ("We have been on the radio.", set()),
    ],
)
def test_needs(text, needs):
    assert set(read(text).codes("need")) == needs


def test_importance_follows_the_words():
    draft = read("We need a radio station, ideally volunteers. A laboratory is essential. We urgently need trucks.")
    found = {item.code: item.importance for item in draft.of("need")}
    assert found["research_development"] > found["logistics"] > found["media_channels"] > found["volunteers"]
