"""`dancecard plan`, `shortlist`, `stage` and `health`: from a match to a partnership that is looked after."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from kb.casework.partnerships import CollaborationStage, Move, NetworkType, Partnership, Stage
from kb.people import current_user
from matcher.commands.console import (
    DEFAULT_MODEL,
    KbOption,
    ModelOption,
    open_existing,
    out,
    plain_failures,
    progress_bar,
)
from matcher.commands.matching import BriefArgument, read_brief
from matcher.commands.planning_shown import show_differences, show_health, show_plan
from matcher.commands.vetting import named_policy
from matcher.errors import MatcherError
from matcher.export.plan_word import refuse_unwritable_plan, write_plan
from matcher.planning import Closing, Outcome, Plan, Planning, add_line, remove_line, set_cell
from matcher.planning.health import DEFAULT, instrument_of
from matcher.planning.health_form import form_text, read_answers

DATES = ["%Y-%m-%d"]
PartnerArgument = Annotated[str, typer.Argument(help="The organization, by id.")]
WhoOption = Annotated[str | None, typer.Option(help="Who does this; your login name when not given.")]


def plan(
    brief: BriefArgument,
    partners: Annotated[list[str] | None, typer.Option("--with", help="A partner, by id; may be repeated.")] = None,
    kb: KbOption = None,
    save_to: Annotated[list[Path] | None, typer.Option("--out", help="Write the plan (.docx or .json).")] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the plan in the knowledge base, as a new version.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Fill a saved plan anew from what is known; what people entered stays.")
    ] = False,
    version: Annotated[int | None, typer.Option(min=1, help="Show an older version of a saved plan.")] = None,
    changes: Annotated[int | None, typer.Option(min=1, help="Show what changed since this version.")] = None,
    entered: Annotated[
        list[str] | None, typer.Option("--set", help="SECTION/LINE/COLUMN=TEXT, with the codes that --ids shows.")
    ] = None,
    added: Annotated[list[str] | None, typer.Option("--add", help="A new line: SECTION=WHAT IT IS ABOUT.")] = None,
    removed: Annotated[list[str] | None, typer.Option("--remove", help="Take a line out: SECTION/LINE.")] = None,
    ids: Annotated[bool, typer.Option("--ids", help="Show the codes of sections, lines and columns.")] = False,
    policy: Annotated[
        list[str] | None, typer.Option(help="Policy pack whose findings are the risks; may be repeated.")
    ] = None,
    note: Annotated[str, typer.Option(help="What was changed and why, kept with --save.")] = "",
    who: WhoOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Draft a partnership plan from the match, or open the one that was saved; edit, compare, save, write as Word."""
    with plain_failures():
        for target in save_to or ():
            refuse_unwritable_plan(target)
        matcher = open_existing(kb, model)
        desk, asked = Planning(matcher), read_brief(matcher, brief)
        if not partners:
            raise MatcherError("name at least one partner by id, e.g. --with unilever; find ids with: dancecard match")
        key = desk.plan_id(asked, partners)
        known = len(desk.versions(key))
        if changes is not None:
            show_differences(desk.differences(key, changes), changes)
            return
        packs = [named_policy(item) for item in policy or ()]
        with progress_bar() as progress:
            if not known or fresh:
                matcher.prepare(asked, progress)
        if version is not None or (known and not fresh):
            found = desk.open(key, version).plan
        elif known:
            found = desk.redraft(desk.open(key).plan, asked, policies=packs)
        else:
            found = desk.draft(asked, partners, policies=packs)
        found = _edited(found, entered or (), added or (), removed or (), who or current_user())
        saved = desk.save(found, based_on=known, note=note, who=who) if save else None
        for target in save_to or ():
            write_plan(found, target)
        if as_json:
            typer.echo(json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=2))
            return
        show_plan(found, ids=ids)
        if saved is not None:
            out.print(escape(f"Saved as version {saved.number} of the plan: {saved.id}"), soft_wrap=True)
        elif not known or entered or added or removed or fresh:
            out.print("Nothing was saved. Add --save to keep it.")
        for target in save_to or ():
            out.print(escape(f"Plan written to {target}"), soft_wrap=True)


def _edited(plan: Plan, entered: Sequence[str], added: Sequence[str], removed: Sequence[str], who: str) -> Plan:
    for text in added:
        section, equals, label = text.partition("=")
        if not equals:
            raise MatcherError(f"--add {text}: write it like exit=Who keeps the archive?")
        plan = add_line(plan, section.strip(), label, who=who)
    for text in entered:
        place, equals, words = text.partition("=")
        section, _, rest = place.partition("/")
        line_id, slash, column = rest.rpartition("/")
        if not equals or not slash:
            raise MatcherError(f"--set {text}: write it like together/starts/text=1 March, after the launch")
        plan = set_cell(plan, section.strip(), line_id.strip(), column.strip(), words, who=who)
    for text in removed:
        section, slash, line_id = text.partition("/")
        if not slash:
            raise MatcherError(f"--remove {text}: write it like exit/notice")
        plan = remove_line(plan, section.strip(), line_id.strip())
    return plan


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
        nothing = not (stage or note or network or collaboration or take_back)
        if nothing:
            raise MatcherError(f"say what happened: a stage ({', '.join(Stage)}), --network, --collaboration or --note")
        if take_back and stage:
            raise MatcherError("--take-back undoes the latest step; leave the stage out")
        if (lesson or trust or started or counts is not None) and stage not in (Stage.ENDED, Stage.RENEWED):
            raise MatcherError("a lesson goes with the stage ended or renewed")
        if (trust or started or counts is not None) and not lesson:
            raise MatcherError("--trust, --started and --counts go with --lesson: say what was learnt")
        said = ""
        if take_back:
            desk.take_back(asked.id, organization, reason, who=who)
            said = "The latest step was taken back. "
        elif stage and lesson:
            closing = Closing(
                stage,
                reason,
                lesson,
                outcome,
                _trust(trust or ()),
                counts,
                started.date() if started else None,
                day,
                owner,
            )
            closed = desk.close(asked, organization, closing, who=who)
            said = _closed_words(closed.engagement is not None)
        elif stage:
            desk.move(asked.id, organization, stage, reason, owner=owner, notes=note, on=day, who=who)
        if (network or collaboration) and not take_back:
            desk.develop(
                asked.id, organization, reason, network_type=network, collaboration_stage=collaboration, on=day, who=who
            )
        if note and (not stage or lesson):
            desk.note(asked.id, organization, note, who=who)
        now = desk.partnership(asked.id, organization)
        name = matcher.kb.get(organization).name
        owned = f", owner {now.owner}" if now.owner else ""
        out.print(escape(f"{said}{name}: {_words(now.stage)}{owned}."), soft_wrap=True)


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


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the program."""
    for command in (plan, shortlist, stage, health):
        app.command(command.__name__)(command)
