"""The seal of a backup: a sum of the whole file inside its own header, so that one changed byte is found.

SQLite finds a page that it cannot follow, not a letter that changed in a text. The header of its files has two numbers
that belong to the program (user version and application id): they hold the CRC-32 of everything else, and the change
counter as it was when the file was sealed. A file that a program wrote to since has another counter or journal mode; of
such a file the seal says nothing.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

BLOCK = 1 << 22
HEADER = 100
JOURNAL_MODE, ROLLBACK = slice(18, 20), b"\x01\x01"
COUNTER, SUM, SEALED_AT = slice(24, 28), slice(60, 64), slice(68, 72)


def seal(path: Path) -> None:
    """Seal a file that nobody has open."""
    with path.open("rb+") as file:
        header = bytearray(file.read(HEADER))
        header[SEALED_AT] = header[COUNTER]
        header[SUM] = _sum(path, header)
        file.seek(0)
        file.write(header)
        file.flush()
        os.fsync(file.fileno())


def take_off(path: Path) -> None:
    """Remove the seal from a file that is about to change."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version=0")
        connection.execute("PRAGMA application_id=0")


def is_broken(path: Path) -> bool:
    """Whether a file was sealed, and is not what was sealed."""
    with path.open("rb") as file:
        header = bytearray(file.read(HEADER))
    if not any(header[SUM]) or header[JOURNAL_MODE] != ROLLBACK or header[SEALED_AT] != header[COUNTER]:
        return False
    return bytes(header[SUM]) != _sum(path, header)


def _sum(path: Path, header: bytearray) -> bytes:
    """Return the CRC-32 of a file with this header, never zero; the sum itself does not count."""
    plain = bytearray(header)
    plain[SUM] = bytes(4)
    crc32 = zlib.crc32(plain)
    with path.open("rb") as file:
        file.seek(HEADER)
        while block := file.read(BLOCK):
            crc32 = zlib.crc32(block, crc32)
    return (crc32 or 1).to_bytes(4, "big")
