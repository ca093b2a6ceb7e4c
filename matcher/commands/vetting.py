"""`dancecard vet` and `dancecard watchlists`: vet a list of names, and keep the lists they are screened against."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from kb.importing.parsed import Progress
from kb.knowledge_base import KnowledgeBase
from kb.watchlist_store import WatchlistImport
from matcher.commands.console import KbOption, fail, open_existing, out, plain_failures, progress_bar
from matcher.commands.matching import read_brief
from matcher.errors import MatcherError
from matcher.export.dossier import DOSSIER_WRITERS, write_dossier
from matcher.export.writing import refuse_unwritable
from matcher.vetting.asked_names import NameList, read_names_file, read_names_text
from matcher.vetting.bulk import BulkResult, BulkRow
from matcher.vetting.dossier import age_of, counted, found_words, hit_words, label_of, possible_words
from matcher.vetting.office import VettingOffice
from matcher.vetting.policy import known_policies

DEFAULT_POLICY = "general"
SHOWN = 10
FLAGGED = 3
LONGEST = 260
SEVERITIES = ("observation", "caution", "escalate", "exclude")
DATES = ["%Y-%m-%d"]
COLOURS = {"exclude": "bold red", "escalate": "red", "caution": "yellow", "observation": "cyan"}

watchlists = typer.Typer(help="Import, list and remove sanctions and debarment lists.", no_args_is_help=True)


def vet(
    names: Annotated[
        str, typer.Argument(help="A .csv, .xlsx or .txt file of names, or - to read names from standard input.")
    ],
    policy: Annotated[
        list[str] | None,
        typer.Option(help="Policy pack: fensa, undp, unicef, cdc, code, regulator, general, or a .yaml file."),
    ] = None,
    kb: KbOption = None,
    save: Annotated[
        list[Path] | None, typer.Option("--out", help="Write the dossier (.docx, .xlsx or .json); may be repeated.")
    ] = None,
    lists: Annotated[list[Path] | None, typer.Option(help="Watchlist file to import first; may be repeated.")] = None,
    brief: Annotated[
        str | None, typer.Option(help="Brief file or id: who is looking, and on which terms; its policies apply too.")
    ] = None,
    record: Annotated[bool, typer.Option(help="Record the screening in the trail of each matched case.")] = False,
    choose: Annotated[
        list[str] | None, typer.Option(help="Whose name a row is: ROW=ID, or ROW= for none of the options.")
    ] = None,
    column: Annotated[list[str] | None, typer.Option(help="Which column holds what, e.g. name=Supplier.")] = None,
    who: Annotated[str | None, typer.Option(help="Who vets; your login name when not given.")] = None,
    title: Annotated[str, typer.Option(help="Title of the dossier.")] = "",
    show: Annotated[int, typer.Option(min=0, help="How many names to print, gravest first.")] = 30,
    fail_on: Annotated[
        str | None, typer.Option(help="Leave with status 3 when a name comes to this or worse: exclude, escalate ...")
    ] = None,
) -> None:
    """Vet organizations by name: matched to the knowledge base, screened, judged by policies, laid out in a dossier."""
    with plain_failures():
        for target in save or ():
            refuse_unwritable(target, DOSSIER_WRITERS)
        if fail_on is not None and fail_on not in SEVERITIES:
            raise MatcherError(f"--fail-on {fail_on}: use one of {', '.join(SEVERITIES)}")
        chosen = {int(row): key for row, key in _pairs(choose or (), "--choose", "12=unilever", numbered=True).items()}
        asked = _names(names, _pairs(column or (), "--column", "name=Supplier"))
        matcher = open_existing(kb)
        wanted = read_brief(matcher, brief) if brief else None
        packs = [named_policy(item) for item in policy or ()] + list(wanted.policies if wanted else ())
        office = VettingOffice(matcher.kb)
        with progress_bar() as progress:
            for found in [_imported(matcher.kb, path, progress) for path in lists or ()]:
                out.print(escape(_import_words(found)), soft_wrap=True)
            result = office.screen(
                asked,
                packs or [DEFAULT_POLICY],
                brief=wanted,
                chosen=chosen,
                record=record,
                who=who,
                progress=progress,
            )
            if save:
                dossier = office.dossier(result, brief=wanted, title=title, progress=progress)
                for target in save:
                    write_dossier(dossier, target)
        _print(result, show)
        for target in save or ():
            out.print(escape(f"Dossier written to {target}"), soft_wrap=True)
        if not record:
            out.print("Nothing was recorded. Add --record to keep this screening in the trail of each case.")
    if fail_on and any(row.outcome.value in SEVERITIES[SEVERITIES.index(fail_on) :] for row in result.rows):
        raise typer.Exit(3)


def named_policy(name: str) -> str:
    """Return the code of the policy pack that a short name means; a code, a path, and what is unknown stay.

    Raises
    ------
    MatcherError
        When several packs go by the name.
    """
    known, word = known_policies(), name.strip().casefold()
    if word in known or name.endswith((".yaml", ".yml")):
        return word if word in known else name
    meant = [code for code in known if word in code.split("_")]
    if len(meant) > 1:
        raise MatcherError(f"--policy {name}: several packs go by this name; use one of {', '.join(meant)}")
    return meant[0] if meant else name


def _pairs(texts: Sequence[str], option: str, example: str, *, numbered: bool = False) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or (numbered and not key.strip().isdecimal()):
            raise MatcherError(f"{option} {text}: write it like {example}")
        pairs[key.strip()] = value.strip()
    return pairs


def _names(source: str, mapping: dict[str, str]) -> NameList:
    if source == "-":
        return read_names_text(sys.stdin.read())
    return read_names_file(Path(source), mapping=mapping or None)


def _print(result: BulkResult, show: int) -> None:
    for warning in result.warnings:
        out.print(f"[bold red]Mind:[/] {escape(warning)}", soft_wrap=True, highlight=False)
    summary = Table(title="Outcome", title_justify="left")
    summary.add_column("Outcome")
    summary.add_column("Names", justify="right")
    for label, count, _, code in counted(result):
        summary.add_row(f"[{COLOURS.get(code, 'default')}]{escape(label)}[/]", str(count))
    if result.refused:
        summary.add_row("Could not be read", str(len(result.refused)))
    out.print(summary)
    shown = result.gravest_first()[:show]
    if shown:
        table = Table(title="Names, gravest first", title_justify="left")
        for column in ("Outcome", "Row", "Name", "Organization", "Found"):
            table.add_column(column, justify="right" if column == "Row" else "left", overflow="fold")
        for row in shown:
            table.add_row(*_cells(row, result))
        out.print(table)
    if len(result.rows) > len(shown) > 0:
        out.print(f"And {len(result.rows) - len(shown)} more; see the dossier, or --show.")
    for item in result.refused[:SHOWN]:
        out.print(escape(f"  row {item.row}: {item.problem}; {item.suggestion}"), soft_wrap=True, highlight=False)


def _cells(row: BulkRow, result: BulkResult) -> tuple[str, ...]:
    found = found_words(item.finding for item in row.standing)
    hits = "; ".join(hit_words(row, result)[:FLAGGED])
    possible = " ".join(possible_words(row)[:FLAGGED])
    gaps = f"{len(row.not_assessed)} not assessed" if row.not_assessed else "all assessed"
    text = "\n".join(part[:LONGEST] for part in (found, hits, possible, gaps) if part)
    name = row.organization.name if row.known else row.resolved.why
    colour = COLOURS.get(row.outcome.value, "default")
    cells = (row.resolved.asked.name, name, text)
    return f"[{colour}]{escape(label_of(row))}[/]", str(row.row), *(escape(cell) for cell in cells)


# Watchlists ------------------------------------------------------------------------------------


@watchlists.command("import")
def import_lists(
    files: Annotated[list[Path], typer.Argument(help="The publishers' own files.")],
    kb: KbOption = None,
    read_on: Annotated[
        datetime | None, typer.Option(formats=DATES, help="Day on which the files were obtained; today when not given.")
    ] = None,
    published_on: Annotated[
        datetime | None, typer.Option(formats=DATES, help="Day of publication, for a file that does not say.")
    ] = None,
    who: Annotated[str | None, typer.Option(help="Who imports; your login name when not given.")] = None,
) -> None:
    """Import watchlists; a newer copy of a list replaces the older one, and what changed is said."""
    with plain_failures():
        opened = open_existing(kb).kb
        with progress_bar() as progress:
            found = [
                _imported(opened, path, progress, read_on and read_on.date(), published_on and published_on.date(), who)
                for path in files
            ]
        for item in found:
            out.print(escape(_import_words(item)), soft_wrap=True)
            for rejection in item.watchlist.rejections[:SHOWN]:
                text = f"  row {rejection.row}, {rejection.field}: {rejection.problem}; {rejection.suggestion}"
                out.print(escape(text), soft_wrap=True, highlight=False)


def _imported(
    kb: KnowledgeBase,
    path: Path,
    progress: Progress,
    read_on: date | None = None,
    published_on: date | None = None,
    who: str | None = None,
) -> WatchlistImport:
    progress(f"Importing {path.name}", 0, None)
    return kb.watchlists.import_file(path, read_on=read_on, published_on=published_on, who=who)


def _import_words(done: WatchlistImport) -> str:
    counts = ", ".join(f"{count:,} {what}" for what, count in done.counts.items())
    stored = done.watchlist
    rejected = sum(item.fatal for item in stored.rejections)
    left_out = f"; {rejected:,} rows left out" if rejected else ""
    age = age_of(stored.used, date.today())
    return f"{stored.title} ({stored.code}): {done.action}, {stored.entities:,} entries ({counts}{left_out}); {age}"


@watchlists.command("list")
def list_lists(kb: KbOption = None) -> None:
    """List the watchlists in use, with their dates; a stale one is said to be stale."""
    with plain_failures():
        stored = open_existing(kb).kb.watchlists.all()
        if not stored:
            fail("no watchlist was imported; nobody can be screened. Import one with: dancecard watchlists import FILE")
        table = Table()
        for column in ("Code", "List", "Entries", "Published", "Obtained", "Age"):
            table.add_column(column, justify="right" if column == "Entries" else "left", overflow="fold")
        today = date.today()
        for item in stored:
            age = item.staleness(today)
            colour = {"current": "green", "old": "yellow", "stale": "bold red"}[age.level]
            published = item.published_on.isoformat() if item.published_on else "unknown"
            cells = (item.code, item.title, f"{item.entities:,}", published, item.read_on.isoformat())
            table.add_row(*map(escape, cells), f"[{colour}]{escape(age_of(item.used, today))}[/]")
        out.print(table)


@watchlists.command("remove")
def remove_list(
    code: Annotated[str, typer.Argument(help="Code of the list, from: dancecard watchlists list")],
    reason: Annotated[str, typer.Option(help="Why; it is kept in the trail.")],
    kb: KbOption = None,
    who: Annotated[str | None, typer.Option(help="Who removes it; your login name when not given.")] = None,
) -> None:
    """Remove a watchlist; what was found with it stays in the trail."""
    with plain_failures():
        open_existing(kb).kb.watchlists.remove(code, reason, who)
        out.print(escape(f"{code} was removed. Screenings from now on do not use it."))
