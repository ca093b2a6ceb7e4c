"""What every benchmark does at its end: print the result, and keep it where that is asked for."""

from __future__ import annotations

import json
from pathlib import Path


def report(result: object, out: Path | None) -> None:
    """Print a result as JSON, and write the same to a file when one is given."""
    text = json.dumps(result, indent=2)
    print(text)
    if out:
        out.write_text(text + "\n", encoding="utf-8")
