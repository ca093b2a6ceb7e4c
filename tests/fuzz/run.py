"""Fuzz one target, guided by coverage: ``python -m tests.fuzz.run TARGET --seconds N``; without a target, list them.

The target ``all`` takes turns: the first byte says which one the rest is for.

Seeds are made anew; inputs that reach something new are kept in ``--corpus``, and what breaks a promise is written
to ``--findings`` and ends the run with an exit code that is not 0.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

GUIDED_BY = [
    "kb.importing",
    "kb.starter",
    "kb.watchlist_formats",
    "kb.watchlists",
    "kb.yaml_files",
    "matcher.brief_files",
    "matcher.decisions",
    "matcher.evaluation",
    "matcher.vetting.asked_names",
    "matcher.vetting.condition_reading",
    "matcher.vetting.policy",
    "matcher.vetting.yaml_lines",
]


def main() -> None:
    """Read the command line and fuzz."""
    parser = argparse.ArgumentParser(prog="tests.fuzz.run", description=__doc__.splitlines()[0])
    parser.add_argument("target", nargs="?")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=-1)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--findings", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--longest", type=int, default=8_192, help="bytes")
    asked = parser.parse_args()
    import atheris

    with atheris.instrument_imports(include=GUIDED_BY):
        from tests.fuzz.targets import LIMIT_SECONDS, TARGETS, check
    if asked.target not in (*TARGETS, "all"):
        parser.exit(2, f"choose one of: {', '.join(TARGETS)}, all\n")
    chosen = list(TARGETS.values()) if asked.target == "all" else [TARGETS[asked.target]]
    mark = (lambda place: bytes([place])) if asked.target == "all" else (lambda place: b"")
    with tempfile.TemporaryDirectory(prefix="fuzz-seeds-") as seeds, tempfile.TemporaryDirectory() as place:
        for number, target in enumerate(chosen):
            for place_of_seed, seed in enumerate(target.seeds):
                (Path(seeds) / f"seed-{number}-{place_of_seed}").write_bytes(mark(number) + seed)
        corpus = asked.corpus or Path(seeds)
        corpus.mkdir(parents=True, exist_ok=True)
        asked.findings.mkdir(parents=True, exist_ok=True)
        options = [
            f"-max_total_time={asked.seconds}",
            f"-runs={asked.runs}",
            f"-timeout={LIMIT_SECONDS}",
            "-rss_limit_mb=3000",
            f"-max_len={asked.longest}",
            f"-artifact_prefix={asked.findings}/{asked.target}-",
            "-print_final_stats=1",
        ]

        def one_input(data: bytes) -> None:
            if len(chosen) == 1:
                check(chosen[0], data, Path(place))
            elif data:
                check(chosen[data[0] % len(chosen)], data[1:], Path(place))

        atheris.Setup([sys.argv[0], *options, str(corpus), seeds], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
