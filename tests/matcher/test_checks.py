import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.brief import Brief, Need, Offer, RedLines, Seeker
from kb.errors import BriefError
from kb.vocabulary import load_vocabulary
from matcher.brief_files import MAX_BYTES, load_brief, save_brief_file
from matcher.checks import check_brief

VOCABULARY = load_vocabulary()
GOOD = {"id": "b", "title": "Nets", "causes": ("malaria",)}


def problems(components=(), **fields):
    return check_brief(Brief(**{**GOOD, **fields}), VOCABULARY, components)


def test_a_sound_brief_has_no_problems():
    assert not problems(
        needs=(Need(code="distribution", must=True, text="shops, but no tobacconists"),),
        offers=(Offer(code="visibility"),),
        places=("KE", "africa"),
        red_lines=RedLines(concerns=("tobacco",), countries=("RU",), sectors=("other",)),
        weights={"trust": 0.5},
        components=("trust", "mission_fit"),
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"causes": ()}, "asks for nothing"),
        ({"causes": ("malaira",)}, "malaria"),
        ({"audiences": ("mother",)}, "mothers"),
        ({"places": ("Kenya",)}, "places"),
        ({"needs": (Need(code="distrbution"),)}, "distribution"),
        ({"offers": (Offer(code="fundng"),)}, "funding"),
        ({"values": ("transparancy",)}, "transparency"),
        ({"sectors": ("privat",)}, "private"),
        ({"seeker": Seeker(kind="ministery")}, "ministry"),
        ({"seeker": Seeker(regulates=("tobaco",))}, "tobacco"),
        ({"red_lines": RedLines(concerns=("tobaco",))}, "red_lines.concerns"),
        ({"red_lines": RedLines(countries=("KEN",))}, "red_lines.countries"),
        ({"needs": (Need(code="tobacco"),)}, "is a concern"),
        ({"sectors": ("private",), "red_lines": RedLines(sectors=("private",))}, "both wanted and a red line"),
        ({"red_lines": RedLines(sectors=("private", "public", "voluntary", "other"))}, "Every sector"),
        ({"places": ("KE",), "red_lines": RedLines(countries=("KE",))}, "Kenya"),
        ({"places": ("KE",), "red_lines": RedLines(countries=("africa",))}, "Kenya"),
        (
            {"seeker": Seeker(organization_id="us"), "red_lines": RedLines(organizations=("us",))},
            "is the seeker itself",
        ),
        ({"seeker": Seeker(concerns=("alcohol",)), "red_lines": RedLines(concerns=("alcohol",))}, "seeker itself"),
        ({"values": ("harm_reduction", "abstinence")}, "opposite directions"),
        ({"needs": (Need(code="funding", must=True),), "offers": (Offer(code="funding"),)}, "asked for as a must"),
        (
            {
                "needs": (Need(code="distribution", text="distribution through tobacconists", must=True),),
                "red_lines": RedLines(concerns=("tobacco",)),
            },
            "“tobacconists”",
        ),
        ({"weights": {"trust": -1.0}}, "zero or more"),
        ({"weights": {"trust": float("nan")}}, "zero or more"),
        ({"weights": {"trust": 0.0, "mission_fit": 0.0}}, "all are zero"),
        ({"weights": {"trusst": 1.0}}, "did you mean trust"),
    ],
)
def test_each_problem_is_named(fields, words):
    found = problems(("trust", "mission_fit"), **fields)
    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize(
    "fields",
    [
        {"places": ("KE", "UG"), "red_lines": RedLines(countries=("KE",))},
        {"needs": (Need(code="funding"),), "offers": (Offer(code="funding"),)},
        {"weights": {"trust": 0.0}},
        {
            "needs": (Need(code="training", text="tobacco control courses", must=True),),
            "red_lines": RedLines(concerns=("tobacco",)),
        },
    ],
)
def test_what_is_no_contradiction(fields):
    assert not problems(("trust", "mission_fit"), **fields)


def written(tmp_path: Path, text: str, name: str = "brief.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("# only a remark\n", "empty"),
        ("- a\n- b\n", "a list"),
        ("just words\n", "'just words'"),
        ("id: b\ntitle: [\n", "line"),
        ("id: b\ntitle: t\nneds: []\n", "did you mean 'needs'"),
        ("id: b\ntitle: t\nneeds:\n  - code: funding\n    importence: 1\n", "line 5: needs.0.importence"),
        ("id: b\ntitle: t\nneeds:\n  - code: funding\n    importance: 3\n", "line 5: needs.0.importance"),
        ("id: b\ntitle: t\nred_lines: {concern: [tobacco]}\n", "did you mean 'concerns'"),
        ("id: b\n", "title: is missing"),
        ("id: b\ntitle: t\nplaces: [no]\n", "line 3: places.0"),
        ("id: !!python/object/apply:os.system [ls]\ntitle: t\n", "cannot be read"),
        ('{"id": "b", "title": }', "line 1"),
        ("id: b\ntitle: t\nid: c\n", "line 3: id stands twice, first on line 1"),
        ("id: 2024-05-01\ntitle: t\n", "in quotes"),
    ],
)
def test_a_bad_file_is_explained(tmp_path, text, words):
    path = written(tmp_path, text)
    with pytest.raises(BriefError) as caught:
        load_brief(path)
    assert words in str(caught.value)
    assert "brief.yaml" in str(caught.value)


def test_a_missing_a_folder_and_a_huge_file(tmp_path):
    with pytest.raises(BriefError, match="no such file"):
        load_brief(tmp_path / "nowhere.yaml")
    with pytest.raises(BriefError, match="folder"):
        load_brief(tmp_path)
    with pytest.raises(BriefError, match="larger"):
        load_brief(written(tmp_path, "x" * (MAX_BYTES + 1)))
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00x")
    with pytest.raises(BriefError, match="UTF-8"):
        load_brief(tmp_path / "b.yaml")


def test_a_deeply_nested_or_self_referring_file(tmp_path):
    for text in ("[" * 5000, "a: &a [*a]\nid: b\ntitle: t\n"):
        with pytest.raises(BriefError):
            load_brief(written(tmp_path, text))


@pytest.mark.parametrize("name", ["b.yaml", "b.json"])
@given(title=st.text(min_size=1).filter(str.strip), text=st.text(max_size=50), weight=st.floats(0, 1))
def test_what_is_saved_is_loaded(tmp_path_factory, name, title, text, weight):
    try:
        brief = Brief(
            id="é",
            title=title[:100],
            behaviour=text,
            needs=(Need(code="funding", text=text, must=True),),
            places=("NO",),
            weights={"trust": weight},
            red_lines=RedLines(concerns=("tobacco",)),
        )
    except ValueError:
        return
    path = tmp_path_factory.mktemp("briefs") / name
    save_brief_file(brief, path)
    assert load_brief(path) == brief


def test_bad_json_is_explained(tmp_path):
    with pytest.raises(BriefError, match="line 2, column 1"):
        load_brief(written(tmp_path, '{"id": "b",\n}', "b.json"))


def test_json_is_read(tmp_path):
    assert load_brief(written(tmp_path, json.dumps({"id": "b", "title": "t"}), "b.json")).title == "t"
