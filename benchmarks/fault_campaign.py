"""How many processes can be killed before something that was acknowledged is lost?

    python benchmarks/fault_campaign.py [--kills 600] [--seed 2] [--out RESULT.json]

The kills are spread over six operations; see tests/faults/campaign.py for what is checked after each. `kill_moments`
counts the kills while a call had not returned, by tenth of the operation's usual length.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from reporting import report

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.faults.operations import OPERATIONS
from tests.faults.running import run_campaigns


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=600)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    each = -(-options.kills // len(OPERATIONS))
    reports = run_campaigns(dict.fromkeys(OPERATIONS, each), options.seed)
    result = {
        "kills": sum(report["kills"] for report in reports),
        "inside_the_operation": sum(report["inside"] for report in reports),
        "acknowledged_acts": sum(report["acknowledged"] for report in reports),
        "lost_or_half_done": sum(len(report["failures"]) for report in reports),
        "operations": {
            report["operation"]: {
                "kills": report["kills"],
                "inside": report["inside"],
                "kill_moments": report["moments"],
                "under_way_and_absent": report["absent"],
                "under_way_and_whole": report["whole"],
                "acknowledged": report["acknowledged"],
                "usual_ms": report["usual_ms"],
                "failures": report["failures"],
            }
            for report in reports
        },
    }
    report(result, options.out)


if __name__ == "__main__":
    main()
