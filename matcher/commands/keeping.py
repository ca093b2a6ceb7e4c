"""`dancecard backup` and `dancecard restore`: keep a copy of a knowledge base, and bring it back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from kb.backup import Backup, back_up, restore
from kb.journal import label_counts
from matcher.commands.console import KbOption, open_existing, out, plain_failures, progress_bar


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("backup")(make_backup)
    app.command("restore")(bring_back)


def make_backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="File to write; it must not exist yet.")],
    kb: KbOption = None,
) -> None:
    """Copy the knowledge base to one checked file, also while it is in use."""
    with plain_failures(), progress_bar() as progress:
        made = back_up(open_existing(kb).kb, target, progress)
    _say(f"Backed up to {made.path} ({size_words(made.size)}), read back and found whole: {_contents(made)}")


def bring_back(
    backup: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `dancecard backup` wrote.")],
    kb: KbOption = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the knowledge base that is there; it is kept as a backup.")
    ] = False,
    who: Annotated[str | None, typer.Option(help="Who restores; your login name when not given.")] = None,
) -> None:
    """Bring a backup back. What is there now is never written over silently."""
    with plain_failures(), progress_bar() as progress:
        done = restore(backup, kb, replace=replace, who=who, progress=progress)
    _say(f"Restored {done.path}: {_contents(done.backup)}")
    if done.before is not None:
        _say(f"What was there is kept in {done.before.path}: {_contents(done.before)}")


def _say(words: str) -> None:
    out.print(escape(words), soft_wrap=True, highlight=False)


def _contents(backup: Backup) -> str:
    newest = f", last changed {backup.changed_at:%Y-%m-%d %H:%M} UTC" if backup.changed_at else ""
    return f"{label_counts(backup.counts, backup.counts)}{newest}"


def size_words(size: int) -> str:
    """Return a file's size for people."""
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size / 1e3:,.1f} kB"
