"""Full-text search: the same words, the same rank and the same answers on both engines."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.knowledge_base import KnowledgeBase
from kb.words import words_of
from tests.conftest import organization

LETTERS = (
    "abcXYZ09 _-.,;'\n\t\u00e9\u00c9\u0301\u00df\u0130\u0131\u00f1\u00e7\u0141\u0142\u00f8\u0391\u03ac\u03c2\u0416"
    "\u0439\u0451\u0627\u0928\u093f\u4e2d\uac00\u0e01\u0e31\u00b2\u00bd\u00ba\u20ac\u00b5\u017f"
)
WORDS = [
    "salud",
    "Salud",
    "health",
    "healthy",
    "heal",
    "radio",
    "R\u00e1dio",
    "Fundaci\u00f3n",
    "of",
    "the",
    "x1",
    "\u00e9t\u00e9",
]


@pytest.fixture(scope="module")
def tokenizer() -> Iterator[sqlite3.Connection]:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize='unicode61 remove_diacritics 2')")
        connection.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, 'instance')")
        yield connection


def tokens(connection: sqlite3.Connection, text: str) -> list[str]:
    connection.execute("DELETE FROM t")
    connection.execute("INSERT INTO t VALUES (?)", [text])
    return [row[0] for row in connection.execute("SELECT term FROM v ORDER BY offset")]


@settings(max_examples=300, deadline=None)
@given(st.text(LETTERS, max_size=40))
def test_words_are_those_of_sqlites_tokenizer(tokenizer: sqlite3.Connection, text: str):
    assert words_of(text) == tokens(tokenizer, text)


@pytest.mark.parametrize(
    "block",
    [(0x20, 0x37F), (0x380, 0x528), (0x5D0, 0x604), (0x620, 0x700), (0x904, 0x93A), (0x1E00, 0x2000),
     (0x3041, 0x3097), (0x4E00, 0x9FA5), (0xAC00, 0xD7A4)],
    ids=lambda block: f"{block[0]:04x}",
)  # fmt: skip
def test_letters_of_the_great_scripts_fold_as_in_sqlite(tokenizer: sqlite3.Connection, block: tuple[int, int]):
    letters = [chr(code) for code in range(*block) if unicodedata.category(chr(code)) != "Cn"]
    text = " ".join(f"q{letter}q" for letter in letters)
    assert words_of(text) == tokens(tokenizer, text)


def names(found: list) -> list[str]:
    return [item.id for item in found]


def test_all_words_before_any_word_and_names_before_texts(kb: KnowledgeBase):
    kb.add(
        organization("text", name="One", description="a clinic for child health"),
        organization("alias", name="Two", aliases=("Clinic",)),
        organization("name", name="Clinic"),
        organization("both", name="Three", mission="clinic", description="radio"),
    )
    assert names(kb.find("clinic")) == ["name", "alias", "both", "text"]
    assert names(kb.find("radio clinic")) == ["both", "name", "alias", "text"]
    assert names(kb.find("radio clinic", limit=2)) == ["both", "name"]


def test_equal_ones_go_by_id_and_merged_or_removed_ones_are_not_found(kb: KnowledgeBase):
    kb.add(*(organization(key, name="Same Name") for key in ("c", "a", "b", "gone")))
    kb.remove("gone")
    kb.merge("a", "b")
    assert names(kb.find("same nam")) == ["a", "c"]


def test_what_was_edited_is_found_by_its_new_words_only(kb: KnowledgeBase):
    batch = kb.add(organization("a", name="Old"))
    edited = kb.add(organization("a", name="New"))
    assert (names(kb.find("old")), names(kb.find("new"))) == ([], ["a"])
    kb.undo(edited)
    assert (names(kb.find("old")), names(kb.find("new"))) == (["a"], [])
    kb.undo(batch)
    assert names(kb.find("old")) == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("fundacio\u0301n", ["a"]),  # an accent as a character of its own, as typed on some machines
        ("FUNDACI\u00d3N", ["a"]),
        ("fundacion_sal", ["a"]),
        ("\u0416\u0415\u041d\u0429\u0418\u041d", ["b"]),
        ('") OR 1=1 --', []),
        ("' | 'x':*", []),
        ("*", []),
        ("a\x00b", []),
        ("x" * 5_000, []),
        (" ".join(["salud"] * 300), ["a"]),
    ],
)
def test_whatever_is_typed_is_words(kb: KnowledgeBase, said: str, found: list[str]):
    kb.add(
        organization("a", name="Fundaci\u00f3n Salud"),
        organization("b", name="\u0436\u0435\u043d\u0449\u0438\u043d\u044b", description="word " * 3_000 + "z" * 4_000),
    )
    assert names(kb.find(said)) == found


@settings(max_examples=25, deadline=None)
@given(
    said=st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), min_size=1, max_size=12),
    wanted=st.lists(
        st.lists(st.sampled_from([*WORDS, "he", "r", "fund"]), min_size=1, max_size=4).map(" ".join),
        min_size=3,
        max_size=6,
    ),
    limit=st.integers(1, 12),
)
def test_both_engines_give_the_same_answers_in_the_same_order(
    engines: tuple[KnowledgeBase, KnowledgeBase], said: list[str], wanted: list[str], limit: int
):
    """Texts with and without the words, long and short, in every field; what earlier examples left is removed."""
    made = [
        organization(f"o{number}", name=text or "none", mission=said[number - 1], description=" ".join(said[:number]))
        for number, text in enumerate(said)
    ]
    for kb in engines:
        for old in [item.id for item in kb.iterate()]:
            kb.remove(old)
        kb.add(*made)
    for words in wanted:
        one, other = (names(kb.find(words, limit)) for kb in engines)
        assert one == other, words


@pytest.fixture(scope="module")
def engines(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[tuple[KnowledgeBase, KnowledgeBase]]:
    postgres = request.getfixturevalue("postgres")
    name = postgres.fresh_database(request.getfixturevalue("empty_kb_database"))
    both = KnowledgeBase.open(tmp_path_factory.mktemp("kb") / "kb.db"), KnowledgeBase.open(postgres.url(name))
    yield both
    for kb in both:
        kb.close()
