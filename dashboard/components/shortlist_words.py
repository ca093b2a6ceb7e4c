"""Words and marks of a shortlist: stages, steps, what vetting came to."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.components.text import badge
from dashboard.components.vetting_words import outcome_badge
from kb.casework.partnerships import Stage
from kb.casework.vetting_cases import CaseOutcome
from matcher.vetting.queue import QueueRow

STAGE_WORDS = {
    Stage.LONGLIST: "Longlist",
    Stage.SHORTLIST: "Shortlist",
    Stage.CONTACTED: "Contacted",
    Stage.IN_DIALOGUE: "In dialogue",
    Stage.VETTING: "Vetting",
    Stage.AGREED: "Agreed",
    Stage.ACTIVE: "Active",
    Stage.RENEWED: "Renewed",
    Stage.ENDED: "Ended",
    Stage.DECLINED: "Declined",
}
GROUPS = {
    "Considering": (Stage.LONGLIST, Stage.SHORTLIST),
    "In touch": (Stage.CONTACTED, Stage.IN_DIALOGUE),
    "Being vetted": (Stage.VETTING,),
    "Partners": (Stage.AGREED, Stage.ACTIVE, Stage.RENEWED),
    "Closed": (Stage.ENDED, Stage.DECLINED),
}
STAGE_COLOR = {
    Stage.LONGLIST: "gray",
    Stage.SHORTLIST: "blue",
    Stage.CONTACTED: "violet",
    Stage.IN_DIALOGUE: "violet",
    Stage.VETTING: "yellow",
    Stage.AGREED: "green",
    Stage.ACTIVE: "green",
    Stage.RENEWED: "green",
    Stage.ENDED: "gray",
    Stage.DECLINED: "gray",
}
NOT_VETTED, NOT_ALL = "Not vetted", "Not all assessed"


def stage_words(stage: Stage | None) -> str:
    """Return a stage in words."""
    return STAGE_WORDS[stage] if stage else "No stage"


def stage_badge(stage: Stage | None) -> str:
    """Return a stage as a badge."""
    return badge(stage_words(stage), STAGE_COLOR[stage] if stage else "gray")


def vetted_badge(vetted: Sequence[QueueRow]) -> str:
    """Return the gravest that vetting came to; who was not vetted is never shown as clear."""
    if not vetted:
        return badge(NOT_VETTED, "blue")
    outcome = vetted[0].outcome
    return outcome_badge(outcome, NOT_ALL if outcome is CaseOutcome.NOT_ASSESSED else "")
