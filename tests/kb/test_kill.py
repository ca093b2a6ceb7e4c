"""A process killed in the middle of an import leaves the database as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kb.knowledge_base import KnowledgeBase
from tests.conftest import organization

IMPORT = """
import sys
from kb.importing.parsed import Parsed, SourceRecord
from kb.knowledge_base import KnowledgeBase
from kb.organization import Organization
kb = KnowledgeBase.open(sys.argv[1])
records = [SourceRecord(f"k{n}", n, Organization(id=f"new-{n}", name=f"New {n}")) for n in range(60_000)]
print("ready", flush=True)
kb.land(Parsed("bulk", ("bulk.csv",), "", len(records), records), progress=lambda *what: print(*what, flush=True))
print("landed", flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("lines", [1, 2, 8])
def test_a_killed_import_changes_nothing(tmp_path: Path, lines: int):
    path = tmp_path / "kb.db"
    kb = KnowledgeBase.open(path)
    kb.add(organization("before"))
    kb.close()
    process = subprocess.Popen([sys.executable, "-c", IMPORT, str(path)], stdout=subprocess.PIPE, text=True)
    for _ in range(lines):
        assert "landed" not in process.stdout.readline()
    time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    reopened = KnowledgeBase.open(path)
    assert reopened.count()["organizations"] == 1
    assert reopened.get("before").id == "before"
    with reopened.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
