"""Filling a new knowledge base with the starter organizations and example briefs."""

from __future__ import annotations

import hashlib

from kb.importing.parsed import Parsed, Progress, SourceRecord, no_progress
from kb.knowledge_base import KnowledgeBase
from kb.landing import Preview
from kb.starter import load_starter, load_starter_briefs

SOURCE = "starter"


def starter_as_import() -> Parsed:
    """Return the starter organizations as an import, so that newer editions update older ones."""
    organizations, engagements, relations = load_starter()
    digest = hashlib.sha256("".join(item.model_dump_json() for item in organizations).encode()).hexdigest()
    records = [SourceRecord(item.id, row, item) for row, item in enumerate(organizations, 1)]
    return Parsed(
        SOURCE, ("starter knowledge base",), digest, len(records), records, list(engagements), list(relations)
    )


def land_starter(kb: KnowledgeBase, progress: Progress = no_progress) -> Preview:
    """Land the starter organizations and save the example briefs that are not there yet."""
    _, preview = kb.land(starter_as_import(), who="starter", progress=progress)
    known = {brief.id for brief in kb.briefs()}
    for brief in load_starter_briefs():
        if brief.id not in known:
            kb.save_brief(brief, who="starter")
    return preview
