"""Of a damaged vector cache only what is damaged is encoded anew, and nothing damaged is used."""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from kb.columns import VectorCache
from kb.columns.vector_file import key_of
from tests.conftest import TinyEncoder

TEXTS = [f"soap for district {number}" for number in range(400)]


@pytest.fixture(params=["rows in order", "rows by key, as in earlier versions"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A cache with a vector for each text, in one file."""
    path = tmp_path / "vectors.sqlite"
    if request.param != "rows in order":
        execute(path, "CREATE TABLE vector (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")
    cache = VectorCache(path)
    cache.encode(TinyEncoder(), TEXTS)
    cache.close()
    return path


def encoded_anew(path: Path) -> int:
    """Read every vector through the cache, make sure that each is right, and say how many were encoded."""
    encoder = TinyEncoder()
    cache = VectorCache(path)
    assert np.array_equal(cache.encode(encoder, TEXTS), TinyEncoder().encode(TEXTS))
    cache.close()
    return len(encoder.encoded)


def execute(path: Path, statement: str, *given: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, given)


def value_of(path: Path, text: str) -> bytes:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            "SELECT value FROM vector WHERE key = ?", (key_of(TinyEncoder.key, text),)
        ).fetchone()[0]


@pytest.mark.parametrize("damaged", ["flipped", "shorter", "longer", "empty", "text", "another's"])
def test_only_the_damaged_vectors_are_encoded_anew(path, damaged, caplog):
    value = value_of(path, TEXTS[7])
    other = {
        "flipped": value[:100] + bytes([value[100] ^ 1]) + value[101:],
        "shorter": value[:-4],
        "longer": value + b"\0" * 4,
        "empty": b"",
        "text": "no vector",
        "another's": value_of(path, TEXTS[8]),
    }[damaged]
    execute(path, "UPDATE vector SET value = ? WHERE key = ?", other, key_of(TinyEncoder.key, TEXTS[7]))
    assert encoded_anew(path) == 1
    assert "1 vectors are damaged" in caplog.text
    assert encoded_anew(path) == 0


def test_vectors_from_before_there_were_digests_are_kept_and_get_one(path):
    execute(path, "UPDATE vector SET value = substr(value, 1, 1536)")
    halved = (0.5 * np.frombuffer(value_of(path, TEXTS[3]), np.float32)).tobytes()
    execute(path, "UPDATE vector SET value = ? WHERE key = ?", halved, key_of(TinyEncoder.key, TEXTS[3]))
    assert encoded_anew(path) == 1
    assert len(value_of(path, TEXTS[9])) == 1536 + 8
    assert encoded_anew(path) == 0


@pytest.mark.parametrize("seed", range(12))
def test_whatever_bytes_of_the_file_change_nothing_wrong_is_used(path, seed):
    chance = random.Random(seed)
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 3, 30])):
        start = chance.randrange(100 if seed % 3 else 0, len(content))
        length = chance.choice([1, 64, 4096])
        content[start : start + length] = chance.randbytes(len(content[start : start + length]))
    path.write_bytes(content)
    encoded_anew(path)
    assert encoded_anew(path) == 0


def test_a_damaged_page_costs_what_lies_in_it(path, caplog):
    content = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        leaf = connection.execute("SELECT pageno FROM dbstat WHERE name = 'vector' AND pagetype = 'leaf'").fetchone()
    start = 4096 * (leaf[0] - 1)
    content[start : start + 4096] = b"\x5a" * 4096
    path.write_bytes(content)
    assert 0 < encoded_anew(path) < 40
    assert "vectors could be kept" in caplog.text
    assert encoded_anew(path) == 0


@pytest.mark.parametrize("size", [0, 10, 4096, 50_000, 300_000])
def test_a_file_that_was_cut_off_is_made_whole_again(path, size):
    os.truncate(path, size)
    encoded_anew(path)
    assert encoded_anew(path) == 0


@pytest.mark.parametrize("content", [b"not a database", b"SQLite format 3\x00" + b"\x00" * 200])
def test_another_file_in_its_place_is_replaced(path, content):
    path.write_bytes(content)
    assert encoded_anew(path) == len(TEXTS)
    assert encoded_anew(path) == 0


def test_a_database_of_another_program_in_its_place_is_not_used(path):
    path.unlink()
    execute(path, "CREATE TABLE vector (name TEXT)")
    assert encoded_anew(path) == len(TEXTS)


def test_damage_while_it_is_open_is_found(path):
    cache = VectorCache(path)
    cache.encode(TinyEncoder(), TEXTS[:3])
    content = bytearray(path.read_bytes())
    for start in range(8192, len(content), 40_960):
        content[start : start + 4096] = b"\x5a" * 4096
    path.write_bytes(content)
    encoder = TinyEncoder()
    assert np.array_equal(cache.encode(encoder, TEXTS), TinyEncoder().encode(TEXTS))
    cache.close()
    assert 0 < len(encoder.encoded) < len(TEXTS)


def test_a_cache_that_is_deleted_while_it_is_open_is_made_again(path):
    cache = VectorCache(path)
    for file in path.parent.glob("vectors.sqlite*"):
        file.unlink()
    path.parent.rmdir()
    encoder = TinyEncoder()
    cache.encode(encoder, ["a text that is new"])
    cache.encode(encoder, ["another one"])
    cache.close()
    again = TinyEncoder()
    VectorCache(path).encode(again, ["another one"])
    assert again.encoded == []
