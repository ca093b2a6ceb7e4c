"""Reading YAML that must be a mapping: what is wrong is collected, so that every problem is told at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def read_mapping(path: Path, problems: list[str]) -> dict[str, Any]:
    """Return a YAML file's mapping; an empty one, and a line in `problems`, when it cannot be read."""
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        problems.append(f"{path.name}: {error}")
        return {}
    if not isinstance(loaded, dict):
        problems.append(f"{path.name}: must be a mapping")
        return {}
    return loaded
