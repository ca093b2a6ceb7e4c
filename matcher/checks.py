"""Whether a brief can be answered, and what to change when it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from kb.brief import Brief
from kb.vocabulary import Vocabulary


def check_brief(brief: Brief, vocabulary: Vocabulary, components: Sequence[str]) -> list[str]:
    return []


def load_brief(path: Path) -> Brief:
    return Brief(**yaml.safe_load(path.read_text()))
