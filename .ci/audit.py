"""Look the locked versions up among known vulnerabilities.

Exits with 0 when none is known, 1 when some are (they are listed), and 3 when that could not be found out.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"
CLEAN, VULNERABLE, UNKNOWN = 0, 1, 3


def main() -> int:
    """Ask, and say what was found."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json", "--output"]
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), *options, str(report)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not report.exists():
            return not_audited((done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1])
        found = json.loads(report.read_text(encoding="utf-8"))["dependencies"]
    skipped = [item["name"] for item in found if "skip_reason" in item]
    if len(skipped) == len(found):
        return not_audited("it knows none of the locked distributions")
    if skipped:
        sys.stdout.write(f"not audited, as the service does not know them: {', '.join(skipped)}\n")
    bad = [item for item in found if item.get("vulns")]
    for item in bad:
        for problem in item["vulns"]:
            mended = ", ".join(problem["fix_versions"]) or "no version yet"
            sys.stdout.write(f"{item['name']} {item['version']}: {problem['id']}, mended in {mended}\n")
    sys.stdout.write(f"{len(found) - len(skipped)} audited, {len(bad)} with known vulnerabilities\n")
    if bad:
        return VULNERABLE
    return UNKNOWN if skipped else CLEAN


def not_audited(reason: str) -> int:
    """Say that nothing was found out; that is not the same as nothing being wrong."""
    sys.stdout.write(
        f"NOT AUDITED: the vulnerability service could not be asked ({reason[:300]}). "
        "That says nothing of the dependencies; run this again where pypi.org can be reached.\n"
    )
    return UNKNOWN


if __name__ == "__main__":
    sys.exit(main())
