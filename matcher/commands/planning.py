"""`dancecard plan`: draft, edit, compare, save and write partnership plans."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from kb.brief import Brief
from kb.importing.parsed import Progress
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
from matcher.commands.partnerships import health, shortlist, stage
from matcher.commands.planning_shown import show_differences, show_plan
from matcher.commands.vetting import named_policy
from matcher.errors import MatcherError
from matcher.export.plan_word import PLAN_WRITERS, write_plan
from matcher.export.writing import refuse_unwritable
from matcher.planning import Plan, Planning, SavedPlan, add_line, remove_line, set_cell


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
        list[str] | None,
        typer.Option(
            help="Policy pack whose findings are the risks, when a plan is drafted or --fresh; may be repeated."
        ),
    ] = None,
    note: Annotated[str, typer.Option(help="What was changed and why, kept with --save.")] = "",
    who: Annotated[str | None, typer.Option(help="Who does this; your login name when not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Draft a partnership plan from the match, or open the one that was saved; edit, compare, save, write as Word."""
    with plain_failures():
        for target in save_to or ():
            refuse_unwritable(target, PLAN_WRITERS)
        edits = _Edits.read(entered or (), added or (), removed or ())
        policies = [named_policy(item) for item in policy or ()]
        matcher = open_existing(kb, model)
        desk, asked = Planning(matcher), read_brief(matcher, brief)
        if not partners:
            raise MatcherError("name at least one partner by id, e.g. --with unilever; find ids with: dancecard match")
        key = desk.plan_id(asked, partners)
        known = len(desk.versions(key))
        if changes is not None:
            show_differences(desk.differences(key, changes), changes)
            return
        with progress_bar() as progress:
            found = _opened(desk, asked, partners, version, policies, fresh=fresh, progress=progress)
        found = edits.apply(found, who or current_user())
        saved = desk.save(found, based_on=known, note=note, who=who) if save else None
        for target in save_to or ():
            write_plan(found, target)
        if as_json:
            typer.echo(json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=2))
            return
        show_plan(found, ids=ids)
        _say_where(saved, save_to or ())


def _opened(
    desk: Planning,
    asked: Brief,
    partners: Sequence[str],
    version: int | None,
    policies: Sequence[str],
    *,
    fresh: bool,
    progress: Progress,
) -> Plan:
    key = desk.plan_id(asked, partners)
    known = bool(desk.versions(key))
    if version is not None or (known and not fresh):
        return desk.open(key, version).plan
    desk.matcher.prepare(asked, progress)
    if known:
        return desk.redraft(desk.open(key).plan, asked, policies=policies)
    return desk.draft(asked, partners, policies=policies)


def _say_where(saved: SavedPlan | None, written: Sequence[Path]) -> None:
    if saved is not None:
        out.print(escape(f"Saved as version {saved.number} of the plan: {saved.id}"), soft_wrap=True)
    else:
        out.print("Nothing was saved. Add --save to keep what is new.")
    for target in written:
        out.print(escape(f"Plan written to {target}"), soft_wrap=True)


@dataclass(frozen=True)
class _Edits:
    """What is entered, added and taken out, as codes and words."""

    entered: tuple[tuple[str, str, str, str], ...]
    added: tuple[tuple[str, str], ...]
    removed: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, entered: Sequence[str], added: Sequence[str], removed: Sequence[str]) -> _Edits:
        """Take the options apart, before anything is drafted."""
        return cls(tuple(map(_cell, entered)), tuple(map(_addition, added)), tuple(map(_removal, removed)))

    def apply(self, plan: Plan, who: str) -> Plan:
        """Return the plan with every edit."""
        for section, label in self.added:
            plan = add_line(plan, section, label, who=who)
        for section, line_id, column, words in self.entered:
            plan = set_cell(plan, section, line_id, column, words, who=who)
        for section, line_id in self.removed:
            plan = remove_line(plan, section, line_id)
        return plan


def _cell(text: str) -> tuple[str, str, str, str]:
    place, equals, words = text.partition("=")
    section, _, rest = place.partition("/")
    line_id, slash, column = rest.rpartition("/")
    if not equals or not slash:
        raise MatcherError(f"--set {text}: write it like together/starts/text=1 March, after the launch")
    return section.strip(), line_id.strip(), column.strip(), words


def _addition(text: str) -> tuple[str, str]:
    section, equals, label = text.partition("=")
    if not equals:
        raise MatcherError(f"--add {text}: write it like exit=Who keeps the archive?")
    return section.strip(), label


def _removal(text: str) -> tuple[str, str]:
    section, slash, line_id = text.partition("/")
    if not slash:
        raise MatcherError(f"--remove {text}: write it like exit/notice")
    return section.strip(), line_id.strip()


def register(app: typer.Typer) -> None:
    """Add the commands on plans and partnerships to the program."""
    for command in (plan, shortlist, stage, health):
        app.command(command.__name__)(command)
