"""`dancecard learn`: weights from your own past decisions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matcher.commands.console import (
    DEFAULT_MODEL,
    KbOption,
    ModelOption,
    open_existing,
    out,
    plain_failures,
    progress_bar,
)
from matcher.decisions import learn_weights, read_decisions


def learn(
    decisions: Annotated[Path, typer.Argument(help="CSV: brief_id,organization_id,accepted (yes or no)")],
    target: Annotated[
        Path, typer.Option("--out", help="Weights file to write; use it with: dancecard match --weights")
    ],
    kb: KbOption = None,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Learn component weights from candidates that you accepted and declined, with cross-validated figures."""
    with plain_failures():
        matcher = open_existing(kb, model)
        with progress_bar() as progress:
            matcher.columns(progress)
        learned = learn_weights(matcher, read_decisions(decisions))
        target.write_text(learned.as_json(), encoding="utf-8")
    figures = learned.model
    out.print(
        f"AUC {figures.auc:.2f}, accuracy {figures.accuracy:.2f} (always the commoner answer: {figures.base_rate:.2f})"
    )
    if not figures.useful:
        out.print("On decisions it had not seen the model does no better than chance: prefer the default weights.")
    out.print(f"Weights written to {target}")
