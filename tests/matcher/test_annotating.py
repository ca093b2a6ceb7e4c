from __future__ import annotations

from pathlib import Path

import pytest

from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimKind, ClaimStatus
from matcher import annotating
from matcher.annotating import annotate_all
from tests.conftest import claim, organization
from tests.kb.test_knowledge_base import parsed

BREWER = "The company brews and sells beer through its own network of 300 shops. It manufactures glass bottles."


@pytest.fixture
def brewer(kb: KnowledgeBase) -> KnowledgeBase:
    kb.land(parsed(organization("brewer", claim("capacity", "logistics"), description=BREWER), organization("mute")))
    return kb


def inferred(kb: KnowledgeBase, key: str):
    return [item for item in kb.get(key).claims if item.status is ClaimStatus.INFERRED]


def test_claims_are_read_with_quotes_that_stand_in_the_text(brewer: KnowledgeBase):
    assert annotate_all(brewer) == 1
    found = inferred(brewer, "brewer")
    assert {"manufacturing", "alcohol"} <= {item.code for item in found}
    assert all(item.evidence[0].text in BREWER for item in found)
    assert brewer.get("brewer").claims_of(ClaimKind.CAPACITY)[0].code == "logistics"
    assert not inferred(brewer, "mute")


def test_a_text_is_read_once_until_it_or_the_rules_change(brewer: KnowledgeBase, monkeypatch: pytest.MonkeyPatch):
    annotate_all(brewer)
    assert annotate_all(brewer) == 0
    changed = brewer.get("brewer").model_copy(update={"description": "It runs a hospital."})
    brewer.add(changed)
    assert annotate_all(brewer) == 1
    assert "alcohol" not in {item.code for item in inferred(brewer, "brewer")}
    monkeypatch.setattr(annotating, "edition", lambda: "newer")
    assert annotate_all(brewer) == 1


def test_a_persons_word_and_other_sources_stay(brewer: KnowledgeBase):
    annotate_all(brewer)
    alcohol = next(item for item in inferred(brewer, "brewer") if item.code == "alcohol")
    brewer.judge_claim("brewer", alcohol.key, ClaimStatus.REJECTED)
    brewer.add(brewer.get("brewer").model_copy(update={"mission": "Beer for all."}))
    annotate_all(brewer)
    assert next(item for item in brewer.get("brewer").claims if item.code == "alcohol").status is ClaimStatus.REJECTED


def test_an_import_can_still_be_undone_after_reading(brewer: KnowledgeBase):
    annotate_all(brewer)
    brewer.undo(1)
    assert brewer.count()["organizations"] == 0


def test_who_works_against_a_harm_is_not_charged_with_it(kb: KnowledgeBase):
    text = "The charity campaigns on tobacco and makes beer mats. The company sells cigarettes and brews beer."
    kb.add(
        organization("charity", description=text, sector="voluntary"),
        organization("firm", description=text, sector="private", country="UG"),
    )
    annotate_all(kb)
    assert not kb.get("charity").claims_of(ClaimKind.CONCERN)
    assert {item.code for item in kb.get("firm").claims_of(ClaimKind.CONCERN)} == {"tobacco", "alcohol"}


def test_the_starter_ngos_are_clear_of_what_they_fight():
    from kb.starter import load_starter
    from matcher.inference import infer

    charged = [
        (item.id, claim.code)
        for item in load_starter()[0]
        if item.sector in ("voluntary", "public")
        for claim in infer(item.text, name=item.name)
        if claim.kind is ClaimKind.CONCERN and claim.code not in {own.code for own in item.claims}
    ]
    assert charged == []


def test_a_killed_reading_goes_on(brewer: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    brewer.add(*(organization(f"x{number}", description=f"{BREWER} No {number}.", country="UG") for number in range(9)))
    monkeypatch.setattr(annotating, "BATCH", 2)
    real, calls = annotating.infer, []

    def dying(text, **more):
        calls.append(text)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return real(text, **more)

    monkeypatch.setattr(annotating, "infer", dying)
    with pytest.raises(KeyboardInterrupt):
        annotate_all(brewer)
    monkeypatch.setattr(annotating, "infer", real)
    assert annotate_all(brewer) == 10 - 4
