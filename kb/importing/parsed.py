"""What an importer hands over: records and engagements that are good, rows that are not, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from kb.organization import Engagement, Organization, Relation

Progress = Callable[[str, int, int | None], None]
"""Called with (what is being done, done so far, total or None when unknown)."""


def no_progress(what: str, done: int, total: int | None) -> None:
    """Report to nobody."""


@dataclass(frozen=True)
class SourceRecord:
    """One organization as a source has it.

    Attributes
    ----------
    key : str
        What the publisher calls it (registry number, ticker, row key); stable over re-imports.
    row : int
        The first row of the file it came from, counted from 1 with the header as row 1.
    organization : Organization
        Its `id` is a proposal; an organization already known under the same key keeps its own.
    """

    key: str
    row: int
    organization: Organization


@dataclass(frozen=True)
class Rejection:
    """A row that cannot be imported, or a field of it that was left out.

    `fatal` is False when the row was imported without the field.
    """

    row: int
    field: str
    value: str
    problem: str
    suggestion: str = ""
    fatal: bool = True


@dataclass(frozen=True)
class Parsed:
    """A whole file, read and checked, not yet in the knowledge base.

    Attributes
    ----------
    source : str
        The importer's name, e.g. ``financedatabase``; with `SourceRecord.key` it identifies a record.
    files : tuple of str
        File names (without folders).
    digest : str
        SHA-256 over the files' bytes, in hex.
    rows : int
        Data rows read.
    engagements : list of Engagement
        Participants are named by `SourceRecord.key`; they become organization ids on landing.
    relations : list of Relation
        Both sides are named by `SourceRecord.key` too.
    """

    source: str
    files: tuple[str, ...]
    digest: str
    rows: int
    records: list[SourceRecord] = field(default_factory=list)
    engagements: list[Engagement] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
