"""Between records and rows: how organizations, engagements, relations and briefs are read and written.

Every function works inside the caller's transaction. Bulk writes go through Core ``executemany``.
"""

from kb.records.base import (
    BRIEF,
    CLAIM,
    ENGAGEMENT,
    ORGANIZATION,
    PARTICIPATION,
    REGISTRY,
    RELATION,
    Repository,
    chunks,
    insert_rows,
)
from kb.records.briefs import BriefRepository
from kb.records.engagements import EngagementRepository
from kb.records.organizations import OrganizationRepository
from kb.records.relations import RelationRepository, relation_from_row

__all__ = [
    "BRIEF",
    "CLAIM",
    "ENGAGEMENT",
    "ORGANIZATION",
    "PARTICIPATION",
    "REGISTRY",
    "RELATION",
    "BriefRepository",
    "EngagementRepository",
    "OrganizationRepository",
    "RelationRepository",
    "Repository",
    "chunks",
    "insert_rows",
    "relation_from_row",
]
