"""A real scheduler and real workers, each a process of its own on 127.0.0.1."""

from __future__ import annotations

import contextlib
import csv
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.knowledge_base import KnowledgeBase
from matcher.bulk import pair_file
from matcher.bulk.pair_file import PairParts, write_pairs
from matcher.bulk.parts import Here
from matcher.bulk.place import Where, opened
from matcher.service import Matcher
from tests.conftest import TinyEncoder, claim, organization
from tests.matcher.bulk.slow_work import SlowEncoder, SlowPairs

distributed = pytest.importorskip("distributed")
psutil = pytest.importorskip("psutil")
cluster = pytest.importorskip("matcher.bulk.cluster")

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 120


class Processes:
    """A scheduler and two workers, and where they note that they are at work."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self.at_work = folder / "at-work"
        self.at_work.mkdir()
        self._folder = folder
        self._environment = {
            **os.environ,
            "AT_WORK": str(self.at_work),
            "PYTHONPATH": str(ROOT),
            "OMP_NUM_THREADS": "1",
            "DASK_TEMPORARY_DIRECTORY": str(folder),
        }
        self.started = [self._start("scheduler", "--port", str(port))]
        self.workers = [self._start("worker", self.address) for _ in range(2)]

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        begin = "from matcher.cli import main; main()"
        log = (self._folder / f"{command[0]}.log").open("ab")
        return subprocess.Popen(
            [sys.executable, "-c", begin, "bulk", *command],
            cwd=self._folder,
            env=self._environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def wait(self) -> None:
        """Wait until both workers are there."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                with cluster.Cluster(self.address) as there:
                    there._client.wait_for_workers(2, timeout=PATIENCE)
                return
            except cluster.ClusterError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.5)

    def kill_one_at_work(self) -> None:
        """Kill -9 the first process that is seen at work, a moment after it took up its work."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for note in self.at_work.iterdir():
                time.sleep(0.2)
                os.kill(int(note.name), signal.SIGKILL)
                return
            time.sleep(0.02)

    def close(self) -> None:
        for process in [*self.workers, *self.started]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    running = Processes(tmp_path)
    try:
        running.wait()
        yield running
    finally:
        running.close()


@pytest.fixture
def where(tmp_path: Path, starter_file: Path) -> Where:
    shutil.copy(starter_file, tmp_path / "kb.db")
    return Where(str(tmp_path / "kb.db"), TinyEncoder)


@pytest.mark.slow
def test_pairs_are_whole_and_the_same_though_a_worker_is_killed(processes, where: Where, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(pair_file, "SEEKERS", 64)
    write_pairs(where, tmp_path / "here.csv", count=5)
    change, parts = opened(where).columns().last_change, -(-opened(where).columns().n // 64)
    assert parts >= 4
    killer = threading.Thread(target=processes.kill_one_at_work)
    killer.start()
    slow = SlowPairs(where, change, 5, 64)
    with cluster.Cluster(processes.address) as workers:
        made = dict(workers.make(slow, range(parts)))
        left = len(workers._client.scheduler_info()["workers"])
    killer.join()
    assert left == 1
    here = dict(Here().make(PairParts(where, change, 5, 64), range(parts)))
    assert made == here
    head = f"\ufeff{pair_file.HEAD}"
    assert head + "".join(here[place] for place in range(parts)) == (tmp_path / "here.csv").read_bytes().decode()


@pytest.mark.slow
def test_encoding_is_whole_and_the_same_though_a_worker_is_killed(processes, tmp_path: Path):
    kb = KnowledgeBase.open(tmp_path / "texts.db")
    kb.add(*(organization(f"o-{i}", claim("place", "KE"), mission=f"wells and pumps, number {i}") for i in range(700)))
    killer = threading.Thread(target=processes.kill_one_at_work)
    killer.start()
    with cluster.Cluster(processes.address) as workers:
        spread = Matcher(kb, cluster.ClusterEncoder(workers, SlowEncoder), tmp_path / "spread").columns()
        left = len(workers._client.scheduler_info()["workers"])
    killer.join()
    assert left == 1
    here = Matcher(kb, TinyEncoder(), tmp_path / "here").columns()
    assert here.has_profile[: here.n].all()
    assert (spread.profile_vectors[: spread.n] == here.profile_vectors[: here.n]).all()


@pytest.mark.slow
def test_nothing_listens_beyond_this_machine(processes):
    listening = []
    for process in [*processes.started, *processes.workers]:
        for one in (psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)):
            listening += [item.laddr.ip for item in one.net_connections("inet") if item.status == psutil.CONN_LISTEN]
    assert len(listening) >= 3
    assert set(listening) == {"127.0.0.1"}


@pytest.mark.slow
def test_the_commands_give_the_same_file_on_workers_as_here(processes, where: Where, tmp_path: Path):
    opened(where).columns()
    with cluster.Cluster(processes.address) as workers:
        write_pairs(where, tmp_path / "there.csv", count=3, workers=workers)
    write_pairs(where, tmp_path / "here.csv", count=3)
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()
    with (tmp_path / "here.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["rank"]) for row in rows[:6]] == [1, 2, 3, 1, 2, 3]
    assert not list(tmp_path.glob("*.parts"))


def test_an_address_where_nobody_answers_is_said(monkeypatch):
    monkeypatch.setattr(cluster, "WAIT", 0.5)
    with pytest.raises(cluster.ClusterError, match="start one with: dancecard bulk scheduler"):
        cluster.Cluster("tcp://127.0.0.1:9")


def test_without_dask_the_install_command_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(cluster.ClusterError, match=r"pip install 'dancecard\[cluster\]'"):
        cluster.Cluster("tcp://127.0.0.1:9")


def test_work_here_needs_no_dask():
    code = (
        "import sys; import matcher.bulk, matcher.cli; sys.exit('distributed' in sys.modules or 'dask' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
