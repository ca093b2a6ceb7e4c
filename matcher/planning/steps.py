"""Steps of a partnership that people record, each checked, with words for what is missing."""

from __future__ import annotations

from datetime import date

from kb.casework.errors import checked
from kb.casework.partnerships import CollaborationStage, Development, Move, NetworkType, Note, Stage
from matcher.planning.plan import PlanError


def move_to(stage: Stage, reason: str, *, owner: str = "", notes: str = "", on: date | None = None) -> Move:
    """Return a move to a stage, with the reason.

    Raises
    ------
    kb.casework.errors.CaseworkError
        Naming the field that is wrong.
    """
    fields = {"stage": stage, "reason": reason, "owner": owner, "notes": notes, "on": on}
    return checked(Move, "the move", fields)


def development(
    reason: str,
    *,
    network_type: NetworkType | None = None,
    collaboration_stage: CollaborationStage | None = None,
    on: date | None = None,
) -> Development:
    """Return how tightly partners are tied now, or how far collaboration has come, with what shows it.

    Raises
    ------
    PlanError
        When there is no reason, or nothing developed.
    """
    if not reason.strip():
        raise PlanError("a development needs a reason: say what shows it, in a sentence")
    if network_type is None and collaboration_stage is None:
        raise PlanError("say which network type or collaboration stage it has developed to")
    fields = {"network_type": network_type, "collaboration_stage": collaboration_stage, "reason": reason, "on": on}
    return checked(Development, "the development", fields)


def remark(text: str) -> Note:
    """Return a remark; raises `PlanError` when it is empty."""
    if not text.strip():
        raise PlanError("the note is empty; say what is to be remembered")
    return checked(Note, "the note", {"text": text})
