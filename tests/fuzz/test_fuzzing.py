"""Every parser gives records, or an error that names the file; whatever it is given, nothing else happens."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import SECOND_FILE, TARGETS, Target, check

ROOT = Path(__file__).parents[2]
TABLES = [name for name, target in TARGETS.items() if target.suffix == ".csv"]
TREES = [name for name, target in TARGETS.items() if target.suffix in (".yaml", ".json")]
SECONDS = 15

NASTY = st.sampled_from(
    [
        "", " ", "0", "-1", "1e999", "nan", "9" * 5_000, "=1+1", "@SUM(A1)", "#REF!", "-" + " " * 3_000 + "x",
        "\u202eevil", "\u200b", "\ufeff", "e\u0301" * 300, "\u00df" * 600, "\ufdfa" * 300, "\u0130" * 600,
        "(" * 3_000, "a.k.a. 'x" * 300, "a,b;c|d\n" * 300, "GB-CHC-" + "9" * 700, "NGO", "UK", "alcohol (minor)",
        "https://" + "a." * 400, "http://[::1", "javascript:alert(1)", "../../x", "C:\\x", "2024-13-45", "25.2.2025",
        "Jul 03, 99999", "\x1a", "\x85", "\u2028", "\ud7ff", "\U0010ffff", "'; DROP TABLE organization; --",
    ]
)  # fmt: skip
WORD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40) | NASTY
SCALAR = (
    st.none() | st.booleans() | st.integers() | st.floats() | WORD | st.sampled_from(["<<", "distribution", "tobacco"])
)
TREE = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SCALAR, inner, max_size=4), max_leaves=12
)


@contextmanager
def time_limit(seconds: int = SECONDS) -> Iterator[None]:
    """Fail when it takes longer; regular expressions are interrupted too."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def give_up(*_: object) -> None:
        raise TimeoutError(f"still at it after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def hold(target: Target, data: bytes) -> None:
    with time_limit():
        check(target, data)


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "backup"])
def test_what_was_made_to_be_read_is_read(name: str, tmp_path: Path):
    target = TARGETS[name]
    for number, seed in enumerate(target.seeds[:1]):
        path = tmp_path / f"{number}{target.suffix}"
        path.write_bytes(seed)
        target.run(path)


def test_a_backup_with_a_byte_changed_anywhere():
    target = TARGETS["backup"]
    seed = target.seeds[0]
    for place in range(0, len(seed), 7):
        hold(target, seed[:place] + b"\x89" + seed[place + 1 :])


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"\x00", b"\xff\xfe", b"\xff\xfe\x00\xd8", b"\xef\xbb\xbf", b"\x1f\x8b", b"\x1f\x8b\x08\x00\x00",
     b"PK\x03\x04", b"[" * 5_000, b"- " * 3_000, b"{" * 5_000, b'"', b"a: &a [*a]",
     b"!!bool x: 1", b'!!int ""', b"a: !!timestamp x",
     b"a: 2024-13-45", b"? [a]\n: b", b"9" * 5_000, b"null", b"[]", b"{}", b"a,a\n1,2\n", b",\n,\n", b"\r\r\r", b"%%%"],
    ids=lambda data: repr(data[:12]),
)  # fmt: skip
def test_scraps(name: str, data: bytes):
    hold(TARGETS[name], data)


def _table(draw: st.DrawFn, part: bytes, separator: str) -> str:
    """Return a table with the columns of a seed and cells of any kind."""
    header = next(csv.reader(io.StringIO(part.decode("utf-8-sig"))))
    columns = draw(st.just(header) | st.permutations(header) | st.lists(st.sampled_from(header) | WORD, max_size=20))
    seeded = [dict(zip(header, row, strict=False)) for row in csv.reader(io.StringIO(part.decode("utf-8-sig")))]
    rows = []
    for _ in range(draw(st.integers(0, 4))):
        kept = draw(st.sampled_from(seeded))
        rows.append([kept.get(name, "") if draw(st.booleans()) else draw(WORD) for name in columns])
        rows[-1] += draw(st.lists(WORD, max_size=1))
    made = io.StringIO()
    csv.writer(made, delimiter=separator).writerows([columns, *rows])
    return made.getvalue()


@st.composite
def tables(draw: st.DrawFn, name: str) -> bytes:
    seeds = [seed for seed in TARGETS[name].seeds if not seed.startswith((b"\x1f\x8b", b"\xff\xfe", b"\xfe\xff"))]
    seed = draw(st.sampled_from(seeds))
    separator = draw(st.sampled_from(",;\t|"))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"]))
    parts = [_table(draw, part, separator).encode(encoding, "replace") for part in seed.split(SECOND_FILE)]
    return SECOND_FILE.join(parts)


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_any_cells(name: str):
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(tables(name))
    def holds(data: bytes) -> None:
        hold(TARGETS[name], data)

    holds()


@st.composite
def trees(draw: st.DrawFn, name: str) -> bytes:
    body = yaml.safe_load(draw(st.sampled_from(TARGETS[name].seeds)))
    fields = body[0] if isinstance(body, list) else body
    for key in draw(st.lists(st.sampled_from(sorted(fields)), max_size=3)):
        fields[key] = draw(TREE | st.just(fields[key]))
    if draw(st.booleans()):
        fields[draw(WORD)] = draw(TREE)
    if TARGETS[name].suffix == ".json":
        return json.dumps(body, default=str, skipkeys=True).encode("utf-8", "replace")
    return yaml.safe_dump(body, allow_unicode=True).encode("utf-8", "replace")


@pytest.mark.parametrize("name", TREES)
def test_trees_of_any_shape(name: str):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(trees(name))
    def holds(data: bytes) -> None:
        hold(TARGETS[name], data)

    holds()


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{after}: &{after} [{','.join([f'*{before}'] * 9)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("name", [name for name in TREES if name != "starter"])
def test_a_billion_laughs(name: str):
    hold(TARGETS[name], (LAUGHS + "title: *i\nid: *i\nname: *i\n").encode())


REPEATED = ["(", "- ", "\n", "a.k.a. 'x", "IMO ", "1 ", "a;b,c|", "(AB) ", "1.", "X'"]


@pytest.mark.parametrize(
    "name", ["spreadsheet", "financedatabase", "uk_charities", "cordis", "watchlist", "names_file"]
)
@pytest.mark.parametrize("payload", REPEATED)
def test_time_does_not_grow_with_the_square_of_a_cell(name: str, payload: str):
    cell = '"' + (payload * 20_000)[:20_000] + '"'
    for seed in TARGETS[name].seeds:
        if seed.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        parts = []
        for part in seed.decode().split(SECOND_FILE.decode()):
            header, row = list(csv.reader(io.StringIO(part)))[0::1][:2] if part.count("\n") > 1 else ([], [""] * 12)
            first = row[0] or "1"
            top = ",".join(f'"{name}"' for name in header)
            parts.append(f"{top}\n{first},{','.join([cell] * (len(row) - 1))}\n".lstrip())
        hold(TARGETS[name], SECOND_FILE.decode().join(parts).encode())


def test_fuzzing_guided_by_coverage_finds_nothing_in_a_few_seconds(tmp_path: Path):
    pytest.importorskip("atheris", reason="atheris is made for Linux, and not for every Python")
    command = [sys.executable, "-m", "tests.fuzz.run", "all", "--seconds", "5", "--findings", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False, errors="replace")
    assert done.returncode == 0, done.stderr[-3_000:]
    executed = next(line for line in done.stderr.splitlines() if "number_of_executed_units" in line)
    assert int(executed.split()[-1]) > len(TARGETS)
