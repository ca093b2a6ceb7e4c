from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kb.columns import ColumnStore, VectorCache
from kb.columns.layout import CORE, MINOR, REJECTED, UNKNOWN
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimKind, ClaimStatus, Engagement, Participation, Relation, RelationKind
from tests.conftest import SOURCE, TinyEncoder, claim, organization


def columns_equal(one, other) -> list[str]:
    """Name the arrays that differ over the rows in use; texts and engagements are compared as sets of rows."""
    differing = []
    for name, array in one.arrays().items():
        theirs = other.arrays()[name]
        if name.startswith("offering") or name in {"participant", "engagement"}:
            continue
        cut = (lambda a, n: a[..., :n]) if name.startswith(("claim_", "known_")) else (lambda a, n: a[:n])
        per_row = array.shape[-1 if name.startswith(("claim_", "known_")) else 0] == one.capacity
        mine = cut(array, one.n) if per_row else array
        yours = cut(theirs, other.n) if per_row else theirs
        if not np.array_equal(mine, yours):
            differing.append(name)
    return differing


def test_strengths_tell_unknown_from_rejected_from_known(kb: KnowledgeBase, encoder: TinyEncoder):
    rejected = claim("capacity", "training", status=ClaimStatus.REJECTED)
    kb.add(organization("a", claim("capacity", "funding", 1.0), rejected))
    columns = ColumnStore(kb, encoder).current()
    assert columns.strengths(ClaimKind.CAPACITY, "funding")[0] == pytest.approx(1.0)
    assert columns.strengths(ClaimKind.CAPACITY, "training")[0] == 0.0
    assert np.isnan(columns.strengths(ClaimKind.CAPACITY, "logistics")[0])


def test_concern_roles_and_wide_places(kb: KnowledgeBase, encoder: TinyEncoder):
    kb.add(
        organization(
            "a",
            claim("concern", "tobacco", role="core"),
            claim("concern", "alcohol", role="minor"),
            claim("concern", "gambling", role="core", status=ClaimStatus.REJECTED),
            claim("place", "KE", 0.9),
            claim("place", "africa", 0.9),
        )
    )
    columns = ColumnStore(kb, encoder).current()
    codes = columns.codes.claims
    concern = columns.claims[ClaimKind.CONCERN][:, 0]
    found = [concern[codes[ClaimKind.CONCERN][code]] for code in ("tobacco", "alcohol", "gambling", "weapons")]
    assert found == [CORE, MINOR, REJECTED, UNKNOWN]
    place = columns.claims[ClaimKind.PLACE][:, 0]
    kenya, ghana, france = (place[codes[ClaimKind.PLACE][code]] for code in ("KE", "GH", "FR"))
    assert kenya > ghana > france == UNKNOWN


def test_one_new_claim_is_seen_without_encoding_the_rest_again(kb: KnowledgeBase, encoder: TinyEncoder):
    kb.add(*(organization(f"o{number}", mission=f"Text {number}.") for number in range(50)))
    store = ColumnStore(kb, encoder)
    first = store.current()
    encoder.encoded.clear()
    kb.add_claim("o7", claim("capacity", "funding", 0.9))
    after = store.current()
    assert after is first
    assert np.flatnonzero(~np.isnan(after.strengths(ClaimKind.CAPACITY, "funding"))).tolist() == [7]
    assert len(encoder.encoded) <= 1


def test_refreshed_columns_equal_rebuilt_ones(kb: KnowledgeBase, encoder: TinyEncoder, tmp_path: Path):
    kb.add(
        *(organization(f"o{number}", claim("capacity", "training"), mission=f"Text {number}.") for number in range(20))
    )
    store = ColumnStore(kb, encoder)
    store.current()
    kb.add(organization("late", claim("need", "funding"), mission="Late.", country="UG"))
    kb.add_claim("o3", claim("value", "safety"))
    kb.judge_claim("o4", (ClaimKind.CAPACITY, "training", SOURCE.name), ClaimStatus.REJECTED)
    kb.merge("o5", "o6")
    kb.remove("o8")
    kb.add(Engagement(id="e", title="E", source=SOURCE, participations=(Participation(organization_id="late"),)))
    kb.add(Relation(subject_id="o1", kind=RelationKind.FUNDS, object_id="o6", source=SOURCE))
    refreshed = store.current()
    rebuilt = ColumnStore(kb, encoder, tmp_path / "other").current()
    living = {int(number): row for row, number in enumerate(refreshed.numbers[: refreshed.n]) if refreshed.alive[row]}
    for number, row in living.items():
        other = rebuilt.row_of(number)
        assert rebuilt.alive[other]
        for kind, matrix in refreshed.claims.items():
            assert np.array_equal(matrix[:, row], rebuilt.claims[kind][:, other]), (number, kind)
        assert np.array_equal(refreshed.profile_vectors[row], rebuilt.profile_vectors[other])
    assert int(refreshed.alive.sum()) == int(rebuilt.alive.sum()) == kb.count()["organizations"]
    assert refreshed.numbers[refreshed.participant].tolist() == rebuilt.numbers[rebuilt.participant].tolist()
    assert refreshed.numbers[refreshed.object_].tolist() == rebuilt.numbers[rebuilt.object_].tolist()


def test_columns_follow_a_merge_and_its_undo(kb: KnowledgeBase, encoder: TinyEncoder):
    kb.add(organization("a"), organization("b"), organization("c"))
    kb.add(Engagement(id="e", title="E", source=SOURCE, participations=(Participation(organization_id="b"),)))
    kb.add(Relation(subject_id="b", kind=RelationKind.FUNDS, object_id="c", source=SOURCE))
    store = ColumnStore(kb, encoder)
    store.current()
    merge = kb.merge("a", "b")
    merged = store.current()
    assert merged.numbers[merged.participant].tolist() == [kb.number_of("a")]
    assert merged.numbers[merged.subject].tolist() == [kb.number_of("a")]
    kb.undo(merge)
    apart = store.current()
    assert apart.numbers[apart.participant].tolist() == [kb.number_of("b")]


def test_columns_of_another_database_in_the_same_place_are_not_used(tmp_path: Path, encoder: TinyEncoder):
    path = tmp_path / "kb.db"
    first = KnowledgeBase.open(path)
    first.add(organization("a", claim("capacity", "funding")))
    ColumnStore(first, encoder).current()
    first.close()
    for file in tmp_path.glob("kb.db*"):
        if file.is_file():
            file.unlink()
    second = KnowledgeBase.open(path)
    second.add(organization("z", claim("capacity", "training")))
    columns = ColumnStore(second, encoder).current()
    assert np.isnan(columns.strengths(ClaimKind.CAPACITY, "funding")[0])
    assert columns.strengths(ClaimKind.CAPACITY, "training")[0] > 0


def test_a_second_process_opens_the_snapshot_and_encodes_nothing(kb: KnowledgeBase, encoder: TinyEncoder):
    kb.add(*(organization(f"o{number}", mission=f"Text {number}.") for number in range(30)))
    first = ColumnStore(kb, encoder).current()
    fresh = TinyEncoder()
    again = ColumnStore(kb, fresh).current()
    assert fresh.encoded == []
    assert columns_equal(first, again) == []


@pytest.mark.parametrize("damage", ["truncate", "manifest", "missing", "shape"])
def test_a_damaged_snapshot_is_rebuilt(kb: KnowledgeBase, encoder: TinyEncoder, damage: str):
    kb.add(*(organization(f"o{number}", mission=f"Text {number}.") for number in range(30)))
    store = ColumnStore(kb, encoder)
    first = store.current()
    manifest = json.loads((store.folder / "columns.json").read_text())
    folder = store.folder / manifest["folder"]
    if damage == "truncate":
        (folder / "profile_vectors.npy").write_bytes((folder / "profile_vectors.npy").read_bytes()[:500])
    elif damage == "manifest":
        (store.folder / "columns.json").write_text("{not json")
    elif damage == "missing":
        (folder / "numbers.npy").unlink()
    else:
        np.save(folder / "alive.npy", np.zeros(3, np.bool_))
    assert columns_equal(first, ColumnStore(kb, encoder).current()) == []


def test_columns_of_another_model_are_not_mixed(kb: KnowledgeBase, encoder: TinyEncoder):
    kb.add(organization("a", mission="Text."))
    ColumnStore(kb, encoder).current()
    other = TinyEncoder()
    other.key = "other@1/f32"
    ColumnStore(kb, other).current()
    assert other.encoded == ["A. Text."]


def test_a_text_is_encoded_once_and_empty_ones_never(tmp_path: Path, encoder: TinyEncoder):
    cache = VectorCache(tmp_path / "vectors.sqlite")
    first = cache.encode(encoder, ["one", "two", "one", ""])
    assert encoder.encoded == ["one", "two"] or encoder.encoded == ["two", "one"]
    assert np.array_equal(first[0], first[2])
    assert not first[3].any()
    again = cache.encode(encoder, ["two", "three"])
    assert encoder.encoded[2:] == ["three"]
    assert np.array_equal(again[0], first[1])


def test_encoding_goes_on_where_it_was_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kb.columns.vectors.BATCH", 10)
    texts = [f"text {number:03}" for number in range(50)]

    class Dying(TinyEncoder):
        def encode(self, texts):
            if len(self.encoded) >= 30:
                raise KeyboardInterrupt
            return super().encode(texts)

    cache = VectorCache(tmp_path / "vectors.sqlite")
    with pytest.raises(KeyboardInterrupt):
        cache.encode(Dying(), texts)
    cache.close()
    rest = TinyEncoder()
    VectorCache(tmp_path / "vectors.sqlite").encode(rest, texts)
    assert len(rest.encoded) == 20
