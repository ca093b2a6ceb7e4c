from __future__ import annotations

import pytest

from kb import integrity
from kb.annotating import Annotation
from kb.errors import (
    ConflictError,
    KnowledgeBaseLockedError,
    UnknownOrganizationError,
    UnknownRecordError,
)
from kb.importing.parsed import Parsed, SourceRecord
from kb.knowledge_base import KnowledgeBase
from kb.organization import ClaimKind, ClaimStatus, Engagement, Participation, Relation, RelationKind
from tests.conftest import SOURCE, claim, organization
from tests.kb.conftest import opened_again


def parsed(*organizations, source="registry", engagements=(), relations=()):
    records = [SourceRecord(item.id, row, item) for row, item in enumerate(organizations, 2)]
    return Parsed(source, ("file.csv",), "0" * 64, len(records), records, list(engagements), list(relations))


def test_what_is_added_comes_back_whole(kb: KnowledgeBase):
    clinic = organization(
        "clinic",
        claim("capacity", "service_delivery", 0.9),
        claim("concern", "alcohol", role="minor"),
        mission="Heals.",
    )
    kb.add(clinic)
    assert kb.get("clinic") == clinic


def test_an_unknown_id_is_said_with_what_to_do(kb: KnowledgeBase):
    with pytest.raises(UnknownOrganizationError, match="dancecard search 'nobody'"):
        kb.get("nobody")


def test_every_change_is_recorded_with_before_and_after(kb: KnowledgeBase):
    kb.add(organization("clinic", mission="Heals."), who="ada")
    kb.add(organization("clinic", mission="Heals all."), who="ben")
    first, second = kb.history("clinic")
    assert (first.batch.who, first.action, first.before) == ("ada", "added", None)
    assert first.after["mission"] == "Heals."
    assert (second.batch.who, second.before["mission"], second.after["mission"]) == ("ben", "Heals.", "Heals all.")


def test_saving_the_same_again_records_nothing(kb: KnowledgeBase):
    kb.add(organization("clinic"))
    kb.add(organization("clinic"))
    assert len(kb.history("clinic")) == 1


def test_a_persons_word_survives_the_next_import(kb: KnowledgeBase):
    kb.land(parsed(organization("clinic", claim("capacity", "training", 0.9))))
    key = (ClaimKind.CAPACITY, "training", SOURCE.name)
    kb.judge_claim("clinic", key, ClaimStatus.REJECTED, who="ada")
    kb.land(parsed(organization("clinic", claim("capacity", "training", 0.3), mission="New words.")))
    (kept,) = kb.get("clinic").claims
    assert kept.status is ClaimStatus.REJECTED
    assert kb.get("clinic").mission == "New words."
    assert kb.get("clinic").claims_of(ClaimKind.CAPACITY) == ()


def test_judging_a_claim_that_is_not_there(kb: KnowledgeBase):
    kb.add(organization("clinic"))
    with pytest.raises(UnknownRecordError, match="Clinic has no claim capacity training"):
        kb.judge_claim("clinic", (ClaimKind.CAPACITY, "training", "x"), ClaimStatus.CONFIRMED)


def test_importing_the_same_file_twice_doubles_nothing(kb: KnowledgeBase):
    file = parsed(organization("clinic", claim("capacity", "training")), organization("radio", country="UG"))
    kb.land(file)
    before = kb.count()
    _, preview = kb.land(file)
    assert (preview.counts["unchanged"], preview.counts["new"]) == (2, 0)
    assert kb.count() == before


def test_the_same_engagement_in_another_order_is_no_change(kb: KnowledgeBase):
    both = (Participation(organization_id="radio"), Participation(organization_id="clinic", role="lead"))
    joint = Engagement(id="joint", title="Joint", source=SOURCE, participations=both)
    file = parsed(organization("clinic"), organization("radio", country="UG"), engagements=[joint])
    first, _ = kb.land(file)
    kb.land(file)
    assert len(kb.history("joint", "engagement")) == 1
    kb.undo(first)
    assert kb.count()["engagements"] == 0


def test_a_preview_changes_nothing_and_says_what_would_happen(kb: KnowledgeBase):
    kb.land(parsed(organization("clinic")))
    preview = kb.preview(parsed(organization("clinic", mission="More."), organization("radio", country="UG")))
    assert (preview.counts["new"], preview.counts["updated"]) == (1, 1)
    assert kb.count()["organizations"] == 1


def test_undo_of_an_import_restores_what_was_there(kb: KnowledgeBase):
    kb.land(parsed(organization("clinic", mission="Old.")))
    before = kb.get("clinic")
    batch, _ = kb.land(parsed(organization("clinic", mission="New."), organization("radio", country="UG")))
    undone = kb.undo(batch, who="ada")
    assert kb.get("clinic") == before
    assert kb.count()["organizations"] == 1
    assert undone.counts == {"removed": 1, "restored": 1}
    _, preview = kb.land(parsed(organization("clinic", mission="New."), organization("radio", country="UG")))
    assert (preview.counts["new"], preview.counts["updated"]) == (1, 1)


def test_an_undo_can_be_undone(kb: KnowledgeBase):
    batch, _ = kb.land(parsed(organization("clinic")))
    undo = kb.undo(batch)
    kb.undo(undo.number)
    assert kb.get("clinic").name == "Clinic"


def test_undo_refuses_when_a_later_change_builds_on_it(kb: KnowledgeBase):
    batch, _ = kb.land(parsed(organization("clinic")))
    kb.add(organization("clinic", mission="Edited by hand."), who="ada")
    with pytest.raises(ConflictError, match="clinic by batch 2"):
        kb.undo(batch)
    assert kb.get("clinic").mission == "Edited by hand."


def test_undo_twice_is_refused(kb: KnowledgeBase):
    batch, _ = kb.land(parsed(organization("clinic")))
    kb.undo(batch)
    with pytest.raises(ConflictError, match="undone already"):
        kb.undo(batch)


def test_undo_refuses_to_leave_an_engagement_without_its_participant(kb: KnowledgeBase):
    batch, _ = kb.land(parsed(organization("clinic"), organization("radio", country="UG")))
    joint = Engagement(
        id="joint", title="Joint", source=SOURCE, participations=(Participation(organization_id="clinic"),)
    )
    kb.add(joint)
    with pytest.raises(ConflictError, match="engagement joint names clinic"):
        kb.undo(batch)
    assert kb.count()["organizations"] == 2


def test_the_same_organization_from_two_sources_is_one(kb: KnowledgeBase):
    kb.land(
        parsed(
            organization(
                "clinic", claim("capacity", "training"), name="Mercy Clinic Ltd", website="https://mercy.example"
            )
        )
    )
    other = organization(
        "x1",
        claim("capacity", "volunteers", source=SOURCE.model_copy(update={"name": "other"})),
        name="Mercy Clinic",
        website="http://www.mercy.example/",
    )
    _, preview = kb.land(parsed(other, source="other"))
    assert len(preview.duplicates) == 1
    merged = kb.get("clinic")
    assert {item.code for item in merged.claims} == {"training", "volunteers"}
    assert "Mercy Clinic" in merged.aliases


def test_merging_keeps_every_claim_and_can_be_undone(kb: KnowledgeBase):
    kb.add(
        organization("a", claim("capacity", "training")),
        organization("b", claim("capacity", "volunteers"), country="UG"),
    )
    batch = kb.merge("a", "b")
    assert {item.code for item in kb.get("a").claims} == {"training", "volunteers"}
    assert kb.get("b").id == "a"
    assert kb.count()["organizations"] == 1
    kb.undo(batch)
    assert {item.code for item in kb.get("a").claims} == {"training"}
    assert kb.get("b").id == "b"


def test_engagements_follow_a_merge(kb: KnowledgeBase):
    kb.add(organization("a"), organization("b"))
    kb.add(Engagement(id="e", title="E", source=SOURCE, participations=(Participation(organization_id="b"),)))
    kb.merge("a", "b")
    assert [item.id for item in kb.engagements_of("a")] == ["e"]


def test_merging_an_organization_with_itself_is_refused(kb: KnowledgeBase):
    kb.add(organization("a"), organization("b"))
    kb.merge("a", "b")
    with pytest.raises(ConflictError, match="same organization already"):
        kb.merge("a", "b")


def test_a_key_spelled_like_a_known_id_is_still_recognized(kb: KnowledgeBase):
    kb.add(organization("amref", name="Amref Health Africa", website="https://amref.org"))
    twin = organization("amref", name="Amref Health Africa", website="https://amref.org")
    _, preview = kb.land(parsed(twin))
    assert len(preview.duplicates) == 1
    assert kb.count()["organizations"] == 1


def test_a_newer_record_of_a_merged_organization_takes_nothing_away(kb: KnowledgeBase):
    one = organization("a", claim("capacity", "training"), mission="A mission.")
    other = organization("b", claim("capacity", "funding"), country="UG", mission="Another.")
    kb.land(parsed(one, other))
    kb.merge("a", "b")
    kb.land(parsed(one, other.model_copy(update={"city": "Kampala"})))
    kept = kb.get("a")
    assert {item.code for item in kept.claims} == {"training", "funding"}
    assert (kept.name, kept.mission) == ("A", "A mission.")


def test_a_removed_organization_can_be_imported_again(kb: KnowledgeBase):
    file = parsed(organization("a"))
    kb.land(file)
    kb.remove("a")
    kb.land(file)
    assert kb.get("a").id == "a"


def test_ties_between_what_became_one_are_left_out(kb: KnowledgeBase):
    tie = Relation(subject_id="a", kind=RelationKind.FUNDS, object_id="b", source=SOURCE)
    file = parsed(organization("a"), organization("b", country="UG"), relations=[tie])
    kb.land(file)
    kb.merge("a", "b")
    batch, _ = kb.land(parsed(organization("a", city="x"), organization("b", country="UG"), relations=[tie]))
    assert kb.relations_of("a")
    kb.undo(batch)


def test_an_engagement_must_name_known_organizations(kb: KnowledgeBase):
    with pytest.raises(UnknownOrganizationError, match="e names organization 'nobody'"):
        kb.add(Engagement(id="e", title="E", source=SOURCE, participations=(Participation(organization_id="nobody"),)))


def test_an_inference_of_an_undone_import_cannot_bring_it_back(kb: KnowledgeBase):
    batch, _ = kb.land(parsed(organization("a", description="It runs clinics and trains nurses.")))
    found = Annotation("a", "digest", (claim("capacity", "training", status=ClaimStatus.INFERRED),))
    reading = kb.annotate("inference", SOURCE.name, [found])
    kb.undo(batch)
    with pytest.raises(ConflictError, match="undo of 1"):
        kb.undo(reading)
    assert kb.count()["organizations"] == 0


def test_nobody_writes_between_the_reading_and_the_writing_of_an_edit(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
):
    kb.add(organization("a"))
    monkeypatch.setattr("kb.engine.BUSY_TIMEOUT_MS", 50)
    second = opened_again(kb)
    really, refused = integrity.resolved, []

    def with_a_rival(connection, organization_id):
        found = really(connection, organization_id)
        with pytest.raises(KnowledgeBaseLockedError):
            second.add(organization("a", claim("capacity", "funding")))
        refused.append(organization_id)
        return found

    monkeypatch.setattr(integrity, "resolved", with_a_rival)
    kb.add_claim("a", claim("capacity", "training"))
    assert refused == ["a"]
    monkeypatch.setattr(integrity, "resolved", really)
    second.add_claim("a", claim("capacity", "funding"))
    assert {item.code for item in kb.get("a").claims} == {"training", "funding"}


def test_search_finds_unfinished_words_and_ignores_accents(kb: KnowledgeBase):
    kb.add(organization("a", name="Fundación Salud", mission="Vaccinates children."), organization("b", name="Radio"))
    assert [item.id for item in kb.find("fundacion sal")] == ["a"]
    assert [item.id for item in kb.find("vaccin")] == ["a"]
    assert kb.find('") OR 1=1 --') == []
    assert kb.find("") == []


def test_removal_is_refused_while_others_need_it_and_undone_otherwise(kb: KnowledgeBase):
    kb.add(organization("a"), organization("b"))
    kb.add(Relation(subject_id="a", kind=RelationKind.FUNDS, object_id="b", source=SOURCE))
    with pytest.raises(ConflictError, match="takes part in engagements or relations"):
        kb.remove("a")
    kb.add(organization("c"))
    batch = kb.remove("c")
    with pytest.raises(UnknownOrganizationError):
        kb.get("c")
    kb.undo(batch)
    assert kb.get("c").id == "c"


def test_iterating_yields_everything_once(kb: KnowledgeBase):
    kb.add(*(organization(f"org-{number:03}") for number in range(25)))
    assert [item.id for item in kb.iterate(size=10)] == [f"org-{number:03}" for number in range(25)]
