"""Kill a process at random moments of an operation, and check what it leaves behind.

    python -m tests.faults.campaign OPERATION [--kills 40] [--seed 1] [--folder FOLDER]

A child process opens the database and does the acts of an operation; it tells through a pipe when it begins an act and
when the call has returned. At a random moment it gets SIGKILL. The same acts are done, undisturbed, to a second
database. Then the first must hold exactly what the second holds: everything that was acknowledged, and of the act that
was under way all or nothing. Times are not compared. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.checks import problems_of
from tests.faults.operations import OPERATIONS, Operation, Site, contents

KILLS_PER_DATABASE = 8
CALIBRATION = 3
LONGER = 1.1
"""Moments are drawn from the act's usual length and a tenth more, so that some fall just after it."""
PATIENCE = 60.0


@dataclass
class Report:
    """What a campaign found. `inside` counts the kills while a call had not returned."""

    operation: str
    seed: int
    kills: int = 0
    inside: int = 0
    whole: int = 0
    absent: int = 0
    acknowledged: int = 0
    acts_checked: int = 0
    moments: Counter[int] = field(default_factory=Counter)
    usual_ms: float = 0.0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, object]:
        return vars(self) | {"moments": [self.moments[tenth] for tenth in range(10)]}


class Child:
    """A process that does acts one after the other and tells of each."""

    def __init__(self, operation: Operation, site: Site, first: int) -> None:
        self._reader, writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._reader)
            _work(operation, site, first, writer)
        os.close(writer)
        self.begun: dict[int, float] = {}
        self.done: dict[int, float] = {}
        self._rest = b""

    def listen(self, enough: Callable[[], bool]) -> None:
        """Read what it says until that is enough, it ends, or patience does."""
        until = time.monotonic() + PATIENCE
        while not enough() and select.select([self._reader], [], [], max(0, until - time.monotonic()))[0]:
            said = os.read(self._reader, 65536)
            if not said:
                return
            *lines, self._rest = (self._rest + said).split(b"\n")
            for line in lines:
                word, number, at = line.split()
                (self.begun if word == b"begun" else self.done)[int(number)] = float(at)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.listen(lambda: False)
        os.close(self._reader)


def _work(operation: Operation, site: Site, first: int, writer: int) -> None:
    """Do acts for ever; never returns."""
    try:
        if not operation.opens:
            site.hold()
        for number in range(first, operation.acts):
            os.write(writer, b"begun %d %.6f\n" % (number, time.monotonic()))
            operation.act(site, number)
            os.write(writer, b"done %d %.6f\n" % (number, time.monotonic()))
        time.sleep(PATIENCE)
    except BaseException:  # the parent must not go on in a copy of itself
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(1)


class Campaign:
    """A killed database and an undisturbed one, side by side."""

    def __init__(self, name: str, seed: int, folder: Path) -> None:
        self._operation = OPERATIONS[name]
        self._random = random.Random(f"{name} {seed}")
        self._folder = folder
        self._prepared = folder / "prepared.db"
        self._operation.prepare(self._prepared)
        self._usual: list[float] = []
        self.report = Report(name, seed)
        self._fresh()

    def _fresh(self) -> None:
        self._killed, self._calm = Site(self._folder / "killed.db"), Site(self._folder / "calm.db")
        for site in (self._killed, self._calm):
            for file in self._folder.glob(f"{site.path.name}*"):
                shutil.rmtree(file) if file.is_dir() else file.unlink()
            shutil.copy(self._prepared, site.path)
        self._next = 0

    def run(self, kills: int) -> Report:
        started = time.monotonic()
        self._calibrate()
        for number in range(kills):
            if number % KILLS_PER_DATABASE == 0 or self._next + 4 > self._operation.acts:
                self._fresh()
            self._kill_once()
        self.report.usual_ms = round(1000 * statistics.median(self._usual), 1)
        self.report.seconds = round(time.monotonic() - started, 1)
        return self.report

    def _calibrate(self) -> None:
        while len(self._usual) < CALIBRATION:
            child = Child(self._operation, self._killed, 0)
            wanted = min(self._operation.acts, 2 * CALIBRATION)
            child.listen(lambda: len(child.done) >= wanted)  # noqa: B023 (used at once)
            child.kill()
            self._learn(child)
            if not child.done:
                raise RuntimeError(f"{self.report.operation}: an undisturbed act failed")
            self._fresh()

    def _learn(self, child: Child) -> None:
        self._usual += [
            at - child.begun[number] for number, at in child.done.items() if self._operation.is_target(number)
        ]

    def _kill_once(self) -> None:
        usual = statistics.median(self._usual[-15:])
        target = self._next + self._random.randrange(2)
        while target >= self._operation.acts or not self._operation.is_target(target):
            target = target + 1 if target + 1 < self._operation.acts else self._next
        child = Child(self._operation, self._killed, self._next)
        child.listen(lambda: target in child.begun)
        moment = self._random.random() * LONGER
        time.sleep(max(0.0, child.begun.get(target, 0.0) + moment * usual - time.monotonic()))
        child.kill()
        self._learn(child)
        self._judge(child, target, moment)

    def _judge(self, child: Child, target: int, moment: float) -> None:
        report = self.report
        report.kills += 1
        report.acknowledged += len(child.done)
        under_way = sorted(set(child.begun) - set(child.done))
        if target not in child.begun:
            report.failures.append(f"act {target} never began")
        if target in under_way:
            report.inside += 1
            report.moments[min(9, int(moment * 10))] += 1
        for number in sorted(child.done):
            self._operation.act(self._calm, number)
        self._next += len(child.done)
        self._compare(under_way)
        self._go_on()

    def _compare(self, under_way: list[int]) -> None:
        """Compare with the undisturbed database: the act that was under way is there as a whole, or not at all."""
        found = contents(self._killed.path)
        if found == contents(self._calm.path):
            self.report.absent += len(under_way)
            return
        for number in under_way:
            self._operation.act(self._calm, number)
            self._next += 1
            self.report.whole += 1
        wanted = contents(self._calm.path)
        if found != wanted:
            differing = [table for table in wanted if found.get(table) != wanted[table]]
            self._fail(f"after act {under_way or self._next - 1}: {', '.join(differing)} not as acknowledged")

    def _go_on(self) -> None:
        """Check what a person would notice, then do the next act and compare again."""
        for problem in problems_of(self._killed):
            self._fail(problem)
        if self._next < self._operation.acts:
            for site in (self._killed, self._calm):
                self._operation.act(site, self._next)
            self._next += 1
        if contents(self._killed.path) != contents(self._calm.path) and not self.report.failures:
            self._fail(f"act {self._next - 1} after the kill did something else than it should")
        self.report.acts_checked += 1
        if self._operation.acts == 1 or self.report.failures:
            self._fresh()

    def _fail(self, problem: str) -> None:
        self.report.failures.append(f"kill {self.report.kills}: {problem}")
        kept = self._folder / f"kept-{len(self.report.failures)}.db"
        shutil.copy(self._killed.path, kept)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("operation", choices=list(OPERATIONS))
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        report = Campaign(options.operation, options.seed, folder).run(options.kills)
    sys.stdout.write(json.dumps(report.plain()) + "\n")


if __name__ == "__main__":
    main()
