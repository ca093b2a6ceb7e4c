"""How firmly ties and concerns are known, by number: what vetting asks beyond the columns."""

from __future__ import annotations

from dataclasses import dataclass

from kb.knowledge_base import KnowledgeBase

CONCERNS = (
    "SELECT organization_number, code, role, status, revenue_share FROM claim WHERE kind = 'concern' "
    "ORDER BY organization_number, code, number"
)
RELATIONS = (
    "SELECT COALESCE(rs.number, s.number), r.kind, COALESCE(ro.number, t.number), r.status FROM relation r "
    "JOIN organization s ON s.id = r.subject_id LEFT JOIN organization rs ON rs.id = s.merged_into "
    "JOIN organization t ON t.id = r.object_id LEFT JOIN organization ro ON ro.id = t.merged_into "
    "WHERE r.status <> 'rejected' ORDER BY r.id"
)
ENGAGEMENTS = "SELECT number, status FROM engagement WHERE status IN ('inferred', 'rejected')"


@dataclass(frozen=True)
class ConcernRow:
    """One concern claim; `role` and `revenue_share` are None when unknown."""

    number: int
    code: str
    role: str | None
    status: str
    revenue_share: float | None


@dataclass(frozen=True)
class RelationRow:
    """One relation that nobody rejected; merged sides lead to the organization that absorbed them."""

    subject: int
    kind: str
    object_: int
    status: str


@dataclass(frozen=True)
class Standing:
    """All concern claims, all relations, and the engagements that are inferred or rejected, by number."""

    concerns: tuple[ConcernRow, ...]
    relations: tuple[RelationRow, ...]
    soft_engagements: dict[int, str]


def read_standing(kb: KnowledgeBase) -> Standing:
    """Read how firmly everything is known that vetting rests on; three queries."""
    with kb.reading() as connection:
        return Standing(
            tuple(ConcernRow(*row) for row in connection.exec_driver_sql(CONCERNS)),
            tuple(RelationRow(*row) for row in connection.exec_driver_sql(RELATIONS)),
            {row[0]: row[1] for row in connection.exec_driver_sql(ENGAGEMENTS)},
        )
