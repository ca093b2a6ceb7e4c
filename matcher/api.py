"""The Python API in two calls: open a knowledge base for matching, find partners."""

from __future__ import annotations

from pathlib import Path

from kb.brief import Brief
from kb.importing.parsed import Progress, no_progress
from kb.knowledge_base import KnowledgeBase
from matcher.encoder import BUNDLED, SentenceTransformerEncoder
from matcher.results import Ranking
from matcher.service import Matcher
from matcher.starter import land_starter
from matcher.terms import Filters


def open_matcher(url: str | Path | None = None, *, model: str = BUNDLED, create: bool = True) -> Matcher:
    """Open a knowledge base for matching.

    Parameters
    ----------
    url : str or Path, optional
        Path or address; ``DANCECARD_KB`` or the user's data folder when not given.
    model : str
        The embedding model: bundled, a folder, or a Hugging Face id.
    create : bool
        Create a knowledge base that does not exist, filled with the starter organizations and example briefs.

    Raises
    ------
    kb.errors.KbError
        When the knowledge base cannot be opened.
    """
    kb = KnowledgeBase.open(url, create=create)
    if not kb.batches(1):
        land_starter(kb)
    return Matcher(kb, SentenceTransformerEncoder(model))


def find_partners(
    brief: Brief | str | Path,
    *,
    kb: str | Path | None = None,
    count: int = 50,
    filters: Filters | None = None,
    progress: Progress = no_progress,
) -> Ranking:
    """Rank candidate partners for a brief, or for a brief file.

    Raises
    ------
    kb.errors.BriefError
        When the file cannot be read.
    matcher.errors.BriefProblemError
        When the brief cannot be answered; the message says what to change.
    """
    from matcher.checks import load_brief

    wanted = brief if isinstance(brief, Brief) else load_brief(Path(brief))
    return open_matcher(kb).find_partners(wanted, count=count, filters=filters, progress=progress)
