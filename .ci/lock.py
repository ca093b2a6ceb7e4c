"""Write requirements.lock: the exact versions that pip chooses today for the program, its extras and its tests.

They are constraints for setting up (``pip install -c requirements.lock``); what the package itself asks for stays the
ranges in pyproject.toml. Nothing of the machine goes into the file: no index, no path, no local version.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
PACKAGE = "dancecard"


def chosen() -> list[dict[str, object]]:
    """Return the metadata of everything that pip would install into an empty environment."""
    options = ["--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    command = [sys.executable, "-m", "pip", "install", *options, f"{ROOT}[dev]"]
    made = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [item["metadata"] for item in json.loads(made.stdout)["install"]]


def direct_markers(metadata: dict[str, object]) -> dict[str, Marker]:
    """Return where a dependency of our own is wanted, for those that are not wanted everywhere."""
    found: dict[str, Marker] = {}
    for text in metadata["requires_dist"]:
        requirement = Requirement(text)
        parts = str(requirement.marker or "").split(" and extra == ")[0].strip("()")
        if parts and not parts.startswith("extra"):
            found[canonicalize_name(requirement.name)] = Marker(parts)
    return found


def main() -> None:
    """Choose, and write."""
    every = chosen()
    own = next(item for item in every if item["name"] == PACKAGE)
    markers = direct_markers(own)
    lines = [
        "# Exact versions of everything, made by `make lock`; used as constraints by `make`, and by nothing else.",
        f"# Chosen on Python {sys.version_info.major}.{sys.version_info.minor}, {sys.platform}.",
    ]
    for item in sorted(every, key=lambda item: canonicalize_name(str(item["name"]))):
        name = canonicalize_name(str(item["name"]))
        if name != PACKAGE:
            marker = f" ; {markers[name]}" if name in markers else ""
            lines.append(f"{name}=={str(item['version']).split('+')[0]}{marker}")
    LOCK.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(f"{LOCK.name}: {len(lines) - 2} distributions\n")


if __name__ == "__main__":
    main()
