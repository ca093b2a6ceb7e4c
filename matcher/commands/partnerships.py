"""`dancecard shortlist`, `stage` and `health`: the life of a partnership."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from kb.casework.partnerships import (
    CollaborationStage,
    Development,
    Entry,
    HealthCheck,
    Lesson,
    Move,
    NetworkType,
    Note,
    Partnership,
    Stage,
)
from matcher.commands.console import KbOption, open_existing, out, plain_failures
from matcher.commands.matching import BriefArgument, read_brief
from matcher.commands.planning_shown import show_health
from matcher.errors import MatcherError
from matcher.planning import Closing, Outcome, Planning
from matcher.planning.health import DEFAULT, instrument_of
from matcher.planning.health_form import form_text, read_answers
from matcher.planning.lessons import CLOSING
from matcher.planning.steps import development, move_to, remark

DATES = ["%Y-%m-%d"]
PartnerArgument = Annotated[str, typer.Argument(help="The organization, by id.")]
WhoOption = Annotated[str | None, typer.Option(help="Who does this; your login name when not given.")]


def shortlist(
    brief: BriefArgument,
    kb: KbOption = None,
    stage: Annotated[list[Stage] | None, typer.Option(help="Only these stages; may be repeated.")] = None,
) -> None:
    """List the partnerships of a brief, the furthest first, with owner and latest reason."""
    with plain_failures():
        matcher = open_existing(kb)
        asked = read_brief(matcher, brief)
        found = Planning(matcher).shortlist(asked.id, *(stage or ()))
        if not found:
            out.print(
                escape(
                    f"Nobody is on the shortlist of {asked.title}"
                    f"{' in these stages' if stage else ''}. Put somebody there with: "
                    f"dancecard stage {asked.id} ID shortlist --reason ..."
                ),
                soft_wrap=True,
            )
            return
        table = Table(title=escape(asked.title), title_justify="left")
        for column in ("Stage", "Organization", "Since", "Owner", "Tied", "Latest reason"):
            table.add_column(column, overflow="fold")
        for item in found:
            table.add_row(*map(escape, _row(item.name, item.partnership)))
        out.print(table)


def _row(name: str, partnership: Partnership) -> tuple[str, ...]:
    latest = partnership.moves[-1]
    reason = latest.entry.reason if isinstance(latest.entry, Move) else ""
    tied = ", ".join(
        item.value.replace("_", " ") for item in (partnership.network_type, partnership.collaboration_stage) if item
    )
    return (
        _words(partnership.stage),
        f"{name}\n{partnership.organization_id}",
        latest.on.isoformat(),
        partnership.owner or "nobody",
        tied or "not known",
        reason,
    )


def _words(stage: Stage | None) -> str:
    return "no stage" if stage is None else stage.value.replace("_", " ")


def stage(
    brief: BriefArgument,
    organization: PartnerArgument,
    stage: Annotated[Stage | None, typer.Argument(help="Where it stands now.")] = None,
    kb: KbOption = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept in the trail.")] = "",
    owner: Annotated[str, typer.Option(help="Who takes care of it from now on.")] = "",
    note: Annotated[str, typer.Option(help="A remark beside the move, or alone.")] = "",
    on: Annotated[
        datetime | None, typer.Option(formats=DATES, help="The day it happened; today when not given.")
    ] = None,
    network: Annotated[NetworkType | None, typer.Option("--network", help="How tightly partners are tied now.")] = None,
    collaboration: Annotated[
        CollaborationStage | None, typer.Option("--collaboration", help="How far collaboration has come.")
    ] = None,
    lesson: Annotated[
        str, typer.Option(help="With ended or renewed: what was learnt; the next ranking knows it.")
    ] = "",
    outcome: Annotated[
        Outcome, typer.Option(help="With a lesson: whether the objectives were reached.")
    ] = Outcome.UNKNOWN,
    trust: Annotated[list[str] | None, typer.Option(help="With a lesson: ASPECT=0..1, e.g. reliability=0.8.")] = None,
    counts: Annotated[
        bool | None,
        typer.Option("--counts/--counts-not", help="With a lesson: whether it speaks for the partner later on."),
    ] = None,
    started: Annotated[
        datetime | None, typer.Option(formats=DATES, help="With a lesson: first day, when no move tells it.")
    ] = None,
    take_back: Annotated[bool, typer.Option("--take-back", help="Undo the latest step, with a reason.")] = False,
    who: WhoOption = None,
) -> None:
    """Move a partnership to a stage, record how it develops, close it with a lesson, or take a step back."""
    with plain_failures():
        matcher = open_existing(kb)
        desk, asked = Planning(matcher), read_brief(matcher, brief)
        day = on.date() if on else None
        _refuse_odd(
            stage,
            lesson,
            take_back=take_back,
            anything=bool(stage or note or network or collaboration or take_back),
            about_lesson=bool(trust or started or counts is not None or outcome is not Outcome.UNKNOWN),
            beside=bool(note or network or collaboration or owner),
        )
        entries: list[Entry] = []
        if network or collaboration:
            entries.append(development(reason, network_type=network, collaboration_stage=collaboration, on=day))
        if note and (not stage or lesson):
            entries.append(remark(note))
        said = ""
        if take_back:
            now = desk.take_back(asked.id, organization, reason, who=who)
            said = f"Taken back: {_step_words(now.taken_back[-1].step.entry)} "
        elif stage and lesson:
            first = started.date() if started else None
            closing = Closing(stage, reason, lesson, outcome, _trust(trust or ()), counts, first, day, owner)
            said = _closed_words(desk.close(asked, organization, closing, who=who).engagement is not None)
        elif stage:
            entries.insert(0, move_to(stage, reason, owner=owner, notes=note, on=day))
        if entries:
            desk.record(asked.id, organization, *entries, who=who)
        now = desk.partnership(asked.id, organization)
        owned = f", owner {now.owner}" if now.owner else ""
        name = matcher.kb.get(organization).name
        out.print(escape(f"{said}{name}: {_words(now.stage)}{owned}."), soft_wrap=True)


def _refuse_odd(
    stage: Stage | None, lesson: str, *, take_back: bool, anything: bool, about_lesson: bool, beside: bool
) -> None:
    if not anything:
        raise MatcherError(f"say what happened: a stage ({', '.join(Stage)}), --network, --collaboration or --note")
    if take_back and (stage or beside):
        raise MatcherError("--take-back undoes the latest step; leave everything but --reason out")
    if lesson and stage not in CLOSING:
        raise MatcherError(f"a lesson goes with the stage {' or '.join(CLOSING)}")
    if about_lesson and not lesson:
        raise MatcherError("--outcome, --trust, --started and --counts go with --lesson: say what was learnt")


def _step_words(entry: Entry) -> str:
    if isinstance(entry, Move):
        return f"the move to {_words(entry.stage)}."
    if isinstance(entry, Lesson):
        return f'the lesson "{entry.text}", and its engagement, if it had become one.'
    names = {Development: "a development", HealthCheck: "a health check", Note: "a note"}
    return f"{names[type(entry)]}."


def _closed_words(written: bool) -> str:
    if written:
        return "The lesson is in the knowledge base: track record and trust know it from now on. "
    return "The lesson is kept with the partnership, and does not speak for the partner in later rankings. "


def _trust(texts: Sequence[str]) -> dict[str, float]:
    found = {}
    for text in texts:
        aspect, equals, value = text.partition("=")
        try:
            found[aspect.strip()] = float(value)
        except ValueError as error:
            raise MatcherError(f"--trust {text}: write it like reliability=0.8") from error
        if not equals or not aspect.strip():
            raise MatcherError(f"--trust {text}: write it like reliability=0.8")
    return found


def health(
    brief: BriefArgument,
    organization: PartnerArgument,
    kb: KbOption = None,
    form: Annotated[bool, typer.Option("--form", help="Print an empty form, to fill in.")] = False,
    answers: Annotated[Path | None, typer.Option(help="Record a form that was filled in.")] = None,
    instrument: Annotated[str, typer.Option(help="The instrument.")] = DEFAULT,
    who: WhoOption = None,
) -> None:
    """Check the health of a partnership: print a form, record answers, see how it went over time."""
    with plain_failures():
        matcher = open_existing(kb)
        desk, asked = Planning(matcher), read_brief(matcher, brief)
        name = matcher.kb.get(organization).name
        if form:
            typer.echo(form_text(instrument_of(instrument), f"{asked.title}, {name}", date.today()), nl=False)
            return
        if answers is not None:
            given = read_answers(answers, date.today())
            history = desk.check_health(
                asked.id,
                organization,
                given.scores,
                on=given.on,
                notes=given.notes,
                instrument=given.instrument.code,
                who=who,
            )
        else:
            history = desk.health(asked.id, organization, instrument)
        show_health(history, name, f"dancecard health {asked.id} {organization} --form")
