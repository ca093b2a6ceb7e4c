from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.knowledge_base import KnowledgeBase
from matcher.landscape.directory import read_directory
from matcher.landscape.grouping import MOST_GROUPS, group
from matcher.landscape.landscape import lay_out, layout_digest, name_groups
from matcher.landscape.naming import Telling, labels_of, name_parts, naming_rules, telling_words
from matcher.landscape.projection import LANDMARKS, project
from matcher.landscape.selecting import even_sample, inside_box, inside_polygon
from matcher.service import Matcher

SQUARE = [(-1, -1), (1, -1), (1, 1), (-1, 1)]


def heaps(count: int, each: int, seed: int = 0) -> np.ndarray:
    """Unit vectors in a few tight heaps."""
    random = np.random.default_rng(seed)
    centers = random.normal(size=(count, 64))
    vectors = np.repeat(centers, each, axis=0) + 0.15 * random.normal(size=(count * each, 64))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("count", [0, 1, 2, 5, 29, 30, 60])
def test_any_number_of_profiles_has_places_within_bounds(count: int):
    places = project(heaps(max(count, 1), 1)[:count]).places
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()
    assert (np.abs(places) <= 1.0001).all()


@pytest.mark.parametrize("each", [40, LANDMARKS // 2])
def test_the_same_vectors_give_the_same_map(each: int):
    vectors = heaps(3, each)
    one, other = project(vectors), project(vectors)
    assert np.array_equal(one.places, other.places)
    assert np.array_equal(group(one.components), group(other.components))


@pytest.mark.parametrize("each", [40, LANDMARKS // 2])
def test_those_that_are_alike_lie_together(each: int):
    places = project(heaps(3, each)).places.reshape(3, each, 2)
    centers = np.median(places, axis=1)
    own = np.linalg.norm(places - centers[:, None], axis=2)
    others = np.stack([np.linalg.norm(places - centers[(np.arange(3) + step) % 3][:, None], axis=2) for step in (1, 2)])
    assert (own < others.min(axis=0)).mean() > 0.95


def test_groups_follow_the_heaps_and_the_largest_comes_first():
    vectors = np.concatenate([heaps(2, 60), heaps(1, 20, seed=5)])
    groups = group(project(vectors).components)
    assert (np.diff(np.bincount(groups)) <= 0).all()
    assert groups.max() < MOST_GROUPS
    assert not set(groups[:60]) & set(groups[60:120])


def test_a_few_profiles_make_one_group():
    assert set(group(project(heaps(2, 5)).components)) == {0}


def test_a_name_is_made_of_what_is_over_represented_and_of_nothing_else(starter_matcher: Matcher):
    columns = starter_matcher.columns()
    layout = lay_out(columns)
    texts = {number: item.text for number, item in starter_matcher.kb.by_number(columns.numbers.tolist()).items()}
    landscape = name_groups(columns, layout, lambda numbers: {number: texts[number] for number in numbers})
    assert sum(one.size for one in landscape.groups) == len(layout.rows)
    assert landscape.without_text == columns.alive[: columns.n].sum() - len(layout.rows)
    names = [one.name for one in landscape.groups]
    assert len(set(names)) == len(names) > 5
    for one in landscape.groups:
        assert one.parts
        assert all(part.share >= 1.5 * part.usual for part in one.parts)
        assert all(part.label.lower() in one.name.lower() for part in one.parts)
        members = columns.numbers[layout.rows[layout.groups == one.number]].tolist()
        for part in one.parts:
            if part.kind == "word":
                assert sum(part.code in texts[number] for number in members) >= 3


def test_a_claim_does_not_move_the_map_and_a_text_does(kb: KnowledgeBase, matcher: Matcher):
    from tests.conftest import claim, organization

    kb.add(organization("soap", mission="Soap for hands."), organization("radio", mission="Radio for all."))
    before = layout_digest(matcher.columns())
    kb.add(organization("soap", claim("capacity", "distribution"), mission="Soap for hands."))
    assert layout_digest(matcher.columns()) == before
    kb.add(organization("soap", mission="Soap for all hands."))
    assert layout_digest(matcher.columns()) != before


def test_names_of_people_and_places_never_name_a_group(starter_matcher: Matcher):
    texts = dict(enumerate(["Paris makes nets in Paris"] * 6 + ["Clean toilets for schools"] * 6))
    groups = {number: int(number >= 6) for number in texts}
    found = telling_words(texts, groups, 2, starter_matcher.vocabulary)
    assert {telling.code for telling in found[0]} == {"nets"}
    assert "toilets" in {telling.code for telling in found[1]}
    assert "for" not in {telling.code for telling in found[1]}


def test_two_groups_do_not_get_one_name():
    tellings = [Telling("cause", code, code.title(), share, 0.1) for code, share in (("a b", 0.9), ("c d", 0.6))]
    more = Telling("word", "nets", "Nets", 0.3, 0.1)
    first = name_parts([*tellings, more])
    assert [part.label for part in first] == ["A B", "C D"]
    assert [part.label for part in name_parts([*tellings, more], {labels_of(first)})] == ["A B", "Nets"]


def test_the_preferences_name_kinds_that_exist():
    assert set(naming_rules().preference) == {"cause", "industry", "word", "capacity", "kind"}


@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(-2, 2)), min_size=1, max_size=40))
def test_a_square_lasso_takes_in_what_a_box_does(points: list[tuple[float, float]]):
    places = np.array(points, np.float32)
    away = (np.abs(np.abs(places) - 1) > 1e-6).all(axis=1)
    lasso, box = inside_polygon(places, SQUARE), inside_box(places, (1, -1), (-1, 1))
    assert np.array_equal(lasso[away], box[away])


def test_a_bent_lasso_leaves_its_notch_out():
    shape = [(-1, -1), (1, -1), (1, 1), (0, 0), (-1, 1)]
    assert inside_polygon(np.array([[0, -0.5], [0, 0.5], [0.9, 0.5]], np.float32), shape).tolist() == [
        True,
        False,
        True,
    ]
    assert not inside_polygon(np.zeros((1, 2), np.float32), [(0, 0), (1, 1)]).any()


@given(st.integers(0, 5_000), st.integers(1, 400))
def test_a_sample_is_even_and_never_too_large(count: int, most: int):
    sample = even_sample(count, most)
    assert len(sample) == min(count, most)
    assert len(set(sample.tolist())) == len(sample)
    if len(sample) > 1:
        assert np.diff(sample).max() - np.diff(sample).min() <= 1


def test_the_directory_knows_the_living(kb: KnowledgeBase):
    from tests.conftest import organization

    kb.add(organization("soap"), organization("soap-ltd"), organization("radio"))
    kb.merge("soap", "soap-ltd")
    directory = read_directory(kb)
    assert set(directory.ids) == {"soap", "radio"}
    number = kb.number_of("radio")
    assert (directory.id(number), directory.name(number)) == ("radio", "Radio")
    assert directory.name(10_000) == ""
