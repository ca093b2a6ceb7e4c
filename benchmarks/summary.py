"""Sum up the committed results for people: the table in the README, and the one on the page "How it works".

    python benchmarks/summary.py

writes both from `results/` as `summary.yaml` says; a test fails when they are out of step.
"""

from __future__ import annotations

import json
import re
from functools import reduce
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
MEASURED = HERE.parent / "matcher" / "evaluation" / "measured.json"
README = HERE.parent / "README.md"
TABLE = re.compile(r"(?<=<!-- measured -->\n).*?(?=<!-- /measured -->)", re.S)


def look_up(result: dict[str, Any], path: str) -> float:
    return reduce(lambda found, name: found[name], path.split("."), result)  # type: ignore[return-value]


def summed_up() -> list[dict[str, Any]]:
    """Return every question with its figures, as `matcher.evaluation.measured` reads them."""
    rows = []
    for entry in yaml.safe_load((HERE / "summary.yaml").read_text(encoding="utf-8")):
        result = json.loads((HERE / "results" / entry["file"]).read_text(encoding="utf-8"))
        result = result[entry["part"]] if "part" in entry else result
        rows.append(
            {
                "question": entry["question"],
                "data": entry["data"].format(**result),
                "unit": entry.get("unit", ""),
                "lower_is_better": entry.get("lower_is_better", False),
                "figures": {label: look_up(result, path) for label, path in entry["figures"].items()},
                "bars": entry.get("bars", {}),
                "beside": {
                    name: {label: look_up(result, path) for label, path in figures.items()}
                    for name, figures in entry.get("beside", {}).items()
                },
            }
        )
    return rows


def in_words(figures: dict[str, float], unit: str) -> str:
    return ", ".join(
        f"{label} {value if unit else f'{value:.3f}'.lstrip('0')}{unit and f' {unit}'}"
        for label, value in figures.items()
    )


def table(rows: list[dict[str, Any]]) -> str:
    """Return the table of the README."""
    lines = ["| question | data | result | bar | beside it, in the same run |", "|---|---|---|---|---|"]
    for row in rows:
        beside = "; ".join(f"{name}: {in_words(figures, row['unit'])}" for name, figures in row["beside"].items())
        figures, bars = in_words(row["figures"], row["unit"]), in_words(row["bars"], row["unit"])
        lines.append(f"| {row['question']} | {row['data']} | {figures} | {bars or '-'} | {beside or '-'} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    rows = summed_up()
    MEASURED.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    README.write_text(TABLE.sub(lambda _: table(rows), readme), encoding="utf-8")


if __name__ == "__main__":
    main()
