"""Reading YAML that must be a mapping: what is wrong is collected, so that every problem is told at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

UNREADABLE = (OSError, yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, RecursionError)
"""What reading YAML can raise: besides its own errors, those of values that are not what their tag says."""


def read_mapping(path: Path, problems: list[str]) -> dict[str, Any]:
    """Return a YAML file's mapping; an empty one, and a line in `problems`, when it cannot be read."""
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except UNREADABLE as error:
        problems.append(f"{path.name}: cannot be read as YAML: {error}")
        return {}
    if not isinstance(loaded, dict):
        problems.append(f"{path.name}: must be a mapping")
        return {}
    return loaded
