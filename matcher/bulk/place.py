"""Which knowledge base bulk work reads, in words that can be sent to another process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from kb.columns import Columns, TextEncoder
from kb.knowledge_base import KnowledgeBase
from matcher.encoder import BUNDLED, SentenceTransformerEncoder
from matcher.errors import MatcherError
from matcher.service import Matcher


@dataclass(frozen=True)
class Model:
    """An embedding model by its name; calling it makes the encoder, which loads the model when a text must be encoded.

    Attributes
    ----------
    name : str
        Bundled, a folder, or a Hugging Face id.
    """

    name: str = BUNDLED

    def __call__(self) -> TextEncoder:
        """Make the encoder."""
        return SentenceTransformerEncoder(self.name)


@dataclass(frozen=True)
class Where:
    """A knowledge base and a model.

    Attributes
    ----------
    address : str
        Path or URL, which every process that works on it must be able to open; it may hold a password.
    encoder : callable
        Makes the encoder.
    """

    address: str = field(repr=False)
    encoder: Callable[[], TextEncoder] = Model()


@lru_cache(maxsize=1)
def opened(where: Where) -> Matcher:
    """Open a knowledge base for matching, once in a process.

    Raises
    ------
    kb.errors.KbError
        When it cannot be opened.
    """
    return Matcher(KnowledgeBase.open(where.address, create=False), where.encoder())


def columns_at(where: Where, change: int) -> Columns:
    """Return the columns, which must be those of a change.

    Raises
    ------
    MatcherError
        When the knowledge base was changed since.
    """
    columns = opened(where).columns()
    if columns.last_change != change:
        raise MatcherError("the knowledge base was changed meanwhile; run the same command again")
    return columns
