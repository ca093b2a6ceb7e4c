from __future__ import annotations

from pathlib import Path

import pytest

from matcher.bulk.parts import Here, Parts, write_in_parts
from matcher.errors import MatcherError


class StoppedError(Exception):
    pass


class Maker:
    """Makes parts, and stops at one of them."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.stop_at = stop_at
        self.made: list[int] = []

    def __call__(self, place: int) -> str:
        if place == self.stop_at:
            raise StoppedError
        self.made.append(place)
        return f"part {place}\n"


def write(parts: Parts, maker: Maker) -> int:
    return write_in_parts(parts, "head\n", maker, Here(), "Testing")


WHOLE = "head\n" + "".join(f"part {place}\n" for place in range(5))


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path):
    parts = Parts(tmp_path / "out.csv", "same", 5)
    with pytest.raises(StoppedError):
        write(parts, Maker(stop_at=3))
    assert not parts.out.exists()
    (parts.folder / "000003.writing").write_text("half a pa")
    again = Maker()
    assert write(parts, again) == 3
    assert again.made == [3, 4]
    assert parts.out.read_text() == WHOLE
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv"]


def test_parts_of_something_else_are_not_used(tmp_path: Path):
    with pytest.raises(StoppedError):
        write(Parts(tmp_path / "out.csv", "before", 5), Maker(stop_at=3))
    now = Maker()
    assert write(Parts(tmp_path / "out.csv", "now", 5), now) == 0
    assert now.made == [0, 1, 2, 3, 4]


def test_an_earlier_result_stays_until_the_new_one_is_whole(tmp_path: Path):
    out = tmp_path / "out.csv"
    out.write_text("earlier")
    with pytest.raises(StoppedError):
        write(Parts(out, "key", 5), Maker(stop_at=4))
    assert out.read_text() == "earlier"
    write(Parts(out, "key", 5), Maker())
    assert out.read_text() == WHOLE


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "out.csv.parts").write_text("a file in the way")
    with pytest.raises(MatcherError, match=r"out\.csv cannot be written"):
        write(Parts(tmp_path / "out.csv", "key", 5), Maker())


def test_progress_counts_what_was_there(tmp_path: Path):
    told: list[tuple[str, int, int | None]] = []
    parts = Parts(tmp_path / "out.csv", "key", 5)
    with pytest.raises(StoppedError):
        write(parts, Maker(stop_at=2))
    write_in_parts(parts, "", Maker(), Here(), "Testing", lambda *item: told.append(item))
    assert told == [("Testing", done, 5) for done in (2, 3, 4, 5)]
