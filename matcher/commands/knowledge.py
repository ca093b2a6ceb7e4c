"""Commands on the knowledge base: import, show, search, export, history, undo, merge."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from kb.errors import ImportFileError
from kb.importing import IMPORTERS, detect
from kb.journal import label_counts
from kb.knowledge_base import KnowledgeBase
from kb.landing import Preview
from kb.organization import ClaimKind, Organization
from kb.vocabulary import load_vocabulary
from matcher.api import open_matcher
from matcher.commands.console import (
    DEFAULT_MODEL,
    KbOption,
    ModelOption,
    open_existing,
    out,
    plain_failures,
    progress_bar,
)
from matcher.commands.matching import read_brief
from matcher.export import write_ranking
from matcher.export.knowledge import write_knowledge

SHOWN = 10


def init(
    kb: KbOption = None, empty: Annotated[bool, typer.Option(help="Without the starter organizations.")] = False
) -> None:
    """Create a knowledge base, filled with the starter organizations."""
    with plain_failures():
        opened = KnowledgeBase.open(kb) if empty else open_matcher(kb).kb
        if empty and not opened.batches(1):
            opened.add(label="created empty")
        out.print(f"{opened.address}: {label_counts(opened.count(), opened.count())}")


def import_files(
    files: Annotated[list[Path], typer.Argument(help="The publisher's files, or a spreadsheet.")],
    kb: KbOption = None,
    source: Annotated[str | None, typer.Option("--as", help="Importer; guessed when not given.")] = None,
    column: Annotated[
        list[str] | None, typer.Option("--column", help="Spreadsheet mapping, e.g. name=Organisation.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen; change nothing.")] = False,
    read: Annotated[bool, typer.Option(help="Read claims out of the new texts afterwards, quoting them.")] = True,
    encode: Annotated[bool, typer.Option(help="Encode the new texts afterwards.")] = True,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Import organizations: each source whole or not at all, with a preview and an undo."""
    with plain_failures():
        matcher = open_matcher(kb, model=model)
        mapping = _mapping(column or ())
        for name, group in _by_importer(files, source).items():
            with progress_bar() as progress:
                parsed = IMPORTERS[name].read(group, mapping=mapping or None, progress=progress)
                if dry_run:
                    _preview(matcher.kb.preview(parsed))
                    continue
                batch, preview = matcher.kb.land(parsed, progress=progress)
            _preview(preview)
            out.print(f"Batch {batch}. Take it back with: dancecard undo {batch}")
        if dry_run:
            return
        with progress_bar() as progress:
            if read:
                count = matcher.annotate(progress=progress)
                out.print(f"Claims were read out of {count:,} texts; they are marked as inferred, with their quotes.")
            if encode:
                matcher.columns(progress)


def _mapping(columns: Sequence[str]) -> dict[str, str]:
    wrong = [item for item in columns if "=" not in item]
    if wrong:
        raise ImportFileError(f"--column {wrong[0]}: write FIELD=COLUMN, e.g. name=Organisation")
    return dict(item.split("=", 1) for item in columns)


def _by_importer(files: Sequence[Path], source: str | None) -> dict[str, list[Path]]:
    if source is not None and source not in IMPORTERS:
        raise ImportFileError(f"there is no importer {source!r}; known: {', '.join(IMPORTERS)}")
    groups: dict[str, list[Path]] = {}
    for file in files:
        groups.setdefault(source or detect([file]), []).append(file)
    return groups


def _preview(preview: Preview) -> None:
    out.print(f"{preview.source}: {preview.rows:,} rows: {label_counts(preview.counts, preview.counts)}")
    fatal = [item for item in preview.rejections if item.fatal]
    if preview.rejections:
        table = Table(
            title=f"{len(fatal):,} rows rejected, {len(preview.rejections) - len(fatal):,} fields left out",
            title_justify="left",
        )
        for title in ("Row", "Field", "Value", "Problem", "Suggestion"):
            table.add_column(title)
        for item in [*fatal, *(item for item in preview.rejections if not item.fatal)][:SHOWN]:
            table.add_row(
                str(item.row),
                escape(item.field),
                escape(item.value[:60]),
                escape(item.problem),
                escape(item.suggestion),
            )
        out.print(table)
    for attachment in preview.duplicates[:SHOWN]:
        name = attachment.record.organization.name
        out.print(
            escape(f"  joins {attachment.organization_id}: {name} ({', '.join(attachment.reasons)})"), soft_wrap=True
        )


def show(
    organization: Annotated[str, typer.Argument(help="Organization id.")],
    kb: KbOption = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show one organization with its claims and their evidence."""
    with plain_failures():
        opened = open_existing(kb).kb
        found = opened.get(organization)
        if as_json:
            typer.echo(json.dumps(found.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False, indent=2))
            return
        _profile(found)
        for engagement in opened.engagements_of(found.id, 10):
            out.print(
                escape(
                    f"  took part: {engagement.title} ({engagement.start_date or 'no date'}; {engagement.status.value})"
                )
            )
        for relation in opened.relations_of(found.id):
            out.print(
                escape(f"  {relation.subject_id} {relation.kind.value} {relation.object_id} ({relation.status.value})")
            )


def _profile(organization: Organization) -> None:
    vocabulary = load_vocabulary()
    out.print(f"[bold]{escape(organization.name)}[/] ({escape(organization.id)})")
    out.print(
        escape(
            f"{organization.kind or 'kind unknown'}, {organization.city or '?'}, {organization.country or '?'}"
            f"  {organization.website}"
        )
    )
    out.print(escape(organization.text), soft_wrap=True)
    for kind in ClaimKind:
        for claim in organization.claims_of(kind):
            words = claim.evidence[0].text if claim.evidence else ""
            role = f", {claim.role.value}" if claim.role else ""
            what = f"{kind.value.replace('_', ' ')}: {vocabulary.label(kind, claim.code)}"
            head = f"  {what} ({claim.strength:.0%}{role}, {claim.status.value})"
            out.print(
                escape(f"{head}: {words} [{claim.source.name} {claim.source.row}]"), soft_wrap=True, highlight=False
            )


def search(
    text: Annotated[str, typer.Argument(help="Words, or a description in plain language.")],
    kb: KbOption = None,
    count: Annotated[int, typer.Option(min=1, max=200)] = 10,
    words_only: Annotated[
        bool, typer.Option("--words-only", help="Full-text search alone, without the model.")
    ] = False,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Find organizations by words and by meaning."""
    with plain_failures():
        matcher = open_existing(kb, model)
        if words_only:
            pairs = [(item, "words") for item in matcher.kb.find(text, count)]
        else:
            with progress_bar() as progress:
                matcher.columns(progress)
            pairs = [(hit.organization, hit.by) for hit in matcher.search(text, count)]
        if not pairs:
            out.print("Nothing found. Try other words, or a description in a sentence.")
        for organization, by in pairs:
            words = organization.mission or organization.description
            line = f"{organization.id}: {organization.name}, {organization.country or '?'} ({by}). {words}"
            out.print(escape(line[:240]), soft_wrap=True, highlight=False)


def export(
    target: Annotated[
        Path,
        typer.Argument(help="File: .xlsx, .docx, .csv or .json for a ranking; .csv, .xlsx or .jsonl for everything."),
    ],
    brief: Annotated[
        str | None, typer.Option(help="Brief file or id; without it every organization is written.")
    ] = None,
    kb: KbOption = None,
    top: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Write a ranking, or the whole knowledge base, to a file; every fact with its status."""
    with plain_failures():
        matcher = open_existing(kb, model)
        if brief is None:
            with progress_bar() as progress:
                count = write_knowledge(matcher.kb, target, progress)
            out.print(f"{count:,} organizations written to {target}")
            return
        with progress_bar() as progress:
            ranking = matcher.find_partners(read_brief(matcher, brief), count=top, progress=progress)
        write_ranking(ranking, target)
        out.print(f"{len(ranking.candidates)} candidates written to {target}")


def briefs(kb: KbOption = None) -> None:
    """List the briefs in the knowledge base."""
    with plain_failures():
        for brief in open_existing(kb).kb.briefs():
            out.print(escape(f"{brief.id}: {brief.title}"))


def batches(kb: KbOption = None) -> None:
    """List imports and edits, newest first."""
    with plain_failures():
        for batch in open_existing(kb).kb.batches():
            undone = f", undone {batch.undone_at:%Y-%m-%d %H:%M}" if batch.undone_at else ""
            counts = label_counts(batch.counts, batch.counts)
            out.print(
                escape(f"{batch.number}: {batch.at:%Y-%m-%d %H:%M} {batch.who}: {batch.label}: {counts}{undone}"),
                soft_wrap=True,
            )


def undo(batch: Annotated[int, typer.Argument(help="Number of the batch.")], kb: KbOption = None) -> None:
    """Take a batch back, whole."""
    with plain_failures():
        done = open_existing(kb).kb.undo(batch)
        out.print(escape(f"{done.label}: {label_counts(done.counts, done.counts)}"))


def history(organization: Annotated[str, typer.Argument(help="Organization id.")], kb: KbOption = None) -> None:
    """Show every change of an organization: who, when, what."""
    with plain_failures():
        for change in open_existing(kb).kb.history(organization):
            out.print(
                escape(f"{change.batch.at:%Y-%m-%d %H:%M} {change.batch.who}: {change.action}: {change.batch.label}"),
                soft_wrap=True,
            )


def duplicates(kb: KbOption = None) -> None:
    """List organizations that are, or may be, the same."""
    with plain_failures():
        for match in open_existing(kb).kb.duplicates():
            out.print(
                escape(f"{match.certainty}: {match.existing_id} <- {match.incoming_id} ({', '.join(match.reasons)})"),
                soft_wrap=True,
            )


def merge(
    kept: Annotated[str, typer.Argument(help="Id that stays.")],
    other: Annotated[str, typer.Argument(help="Id that is absorbed.")],
    kb: KbOption = None,
) -> None:
    """Merge two organizations, keeping every claim."""
    with plain_failures():
        batch = open_existing(kb).kb.merge(kept, other)
        out.print(f"Merged. Take it back with: dancecard undo {batch}")
