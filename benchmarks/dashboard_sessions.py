"""How long do ten people wait who change weights and filters at the same time, on one server?

    python benchmarks/dashboard_sessions.py [KNOWLEDGE_BASE] [--sessions 10] [--changes 20] [--pause 1] [--out FILE]

Every session is a websocket connection to a served dashboard that speaks the browser's own protocol, with the server's
flags as users get them. A change is timed from its sending to the message that its rerun has ended, so that what is
measured is the server: script, messages and waiting for others, without drawing. Changes come `--pause` seconds after
the last answer, give or take a half, as people make them, and then again without any pause, which is the worst case.
Beside the waiting stands the processor time that a change takes, and which share of one core the server was given in
the worst case: far below 1, the machine was busy with something else. Memory is what the server grows by for every
further session that opened the page and made a few changes. Without a knowledge base, the starter organizations are
served. All figures vary with the machine and with what else it does.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from reporting import report
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from dashboard.launch import ADDRESS_VARIABLE, flags  # noqa: E402
from kb.knowledge_base import KnowledgeBase  # noqa: E402

PAGE = "partners"
STEPS = 4
"""How many of the weights and of the sectors are changed in turn."""


@dataclass
class Session:
    """A reader's connection: what its page shows, and how long each change took."""

    socket: ClientConnection
    query: str
    sliders: list[str] = field(default_factory=list)
    filters: dict[str, list[str]] = field(default_factory=dict)
    set_to: dict[str, float | list[str]] = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def rerun(self) -> float:
        """Run the page with the widgets as they are set; returns the milliseconds."""
        asked = BackMsg()
        asked.rerun_script.page_name = PAGE
        asked.rerun_script.query_string = self.query
        for widget, value in self.set_to.items():
            state = asked.rerun_script.widget_states.widgets.add(id=widget)
            if isinstance(value, list):
                state.string_array_value.data.extend(value)
            else:
                state.double_array_value.data.append(value)
        start = time.perf_counter()
        await self.socket.send(asked.SerializeToString())
        while not self._read(ForwardMsg.FromString(await self.socket.recv())):
            pass
        return 1000 * (time.perf_counter() - start)

    def _read(self, message: ForwardMsg) -> bool:
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._look(message.delta.new_element)
        if kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
            self.errors.append(ForwardMsg.ScriptFinishedStatus.Name(message.script_finished))
        return kind == "script_finished"

    def _look(self, element) -> None:  # noqa: ANN001 (a generated message)
        kind = element.WhichOneof("type")
        if kind == "exception" or (kind == "alert" and element.alert.format == element.alert.ERROR):
            self.errors.append(str(getattr(element, kind)))
        elif kind == "slider" and element.slider.id not in self.sliders:
            self.sliders.append(element.slider.id)
        elif kind == "multiselect" and element.multiselect.id not in self.filters:
            self.filters[element.multiselect.id] = list(element.multiselect.options)

    async def change(self, step: int, chance: random.Random) -> None:
        """Move a weight at every even step, and choose a sector, or none, at every odd one."""
        if step % 2 == 0:
            self.set_to[self.sliders[step // 2 % STEPS]] = float(chance.randrange(5, 96))
        else:
            widget, options = next(iter(self.filters.items()))
            self.set_to[widget] = chance.choice([[], *([option] for option in options)])
        self.milliseconds.append(await self.rerun())


async def opened(address: str, brief: str) -> Session:
    """Open the ranking of a brief as a new session."""
    connection = await connect(f"{address}/_stcore/stream", subprotocols=["streamlit"], max_size=None)
    session = Session(connection, f"brief={brief}")
    await session.rerun()
    if not session.sliders or session.errors:
        raise SystemExit(f"the page did not open: {session.errors}")
    return session


async def use(session: Session, changes: int, pause: float, seed: int) -> list[float]:
    """Make changes one after the other; returns the milliseconds of each."""
    chance = random.Random(seed)
    session.milliseconds.clear()
    for step in range(changes):
        await asyncio.sleep(pause * chance.uniform(0.5, 1.5))
        await session.change(step, chance)
    return list(session.milliseconds)


async def together(sessions: Sequence[Session], changes: int, pause: float, seed: int) -> list[float]:
    """Let all sessions make their changes at once."""
    found = await asyncio.gather(
        *(use(session, changes, pause, seed + place) for place, session in enumerate(sessions))
    )
    return [one for times in found for one in times]


def resident(process: int) -> float:
    """Return the memory of a process that is its own, in megabytes."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
    return (sizes["Private_Clean"] + sizes["Private_Dirty"]) / 1024


def worked(process: int) -> float:
    """Return the milliseconds of processor time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def figures(times: Sequence[float]) -> dict[str, float]:
    """Return median, 95th percentile and longest."""
    return {
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 1),
        "longest_ms": round(max(times), 1),
    }


async def measured(address: str, process: int, options: argparse.Namespace) -> dict[str, object]:
    """Open the sessions, let them work, and count."""
    warming = await opened(address, options.brief)
    alone = await use(warming, options.changes, 0, 0)
    sessions = [warming] + [await opened(address, options.brief) for _ in range(options.sessions - 1)]
    await together(sessions, 3, 0, 1)
    paused = await together(sessions, options.changes, options.pause, 2)
    began, start = worked(process), time.perf_counter()
    pressed = await together(sessions, options.changes, 0, 3)
    took, busy = 1000 * (time.perf_counter() - start), worked(process) - began
    before = resident(process)
    further = [await opened(address, options.brief) for _ in range(options.further)]
    for place, session in enumerate(further):
        await use(session, 4, 0, 4 + place)
    grown = (resident(process) - before) / options.further
    errors = [error for session in (*sessions, *further) for error in session.errors]
    for session in (*sessions, *further):
        await session.socket.close()
    return {
        "sessions": options.sessions,
        "changes_each": options.changes,
        "errors": len(errors),
        "one_session": figures(alone),
        "seconds_between_changes": options.pause,
        "at_once": figures(paused),
        "at_once_without_pauses": figures(pressed),
        "processor_ms_per_change": round(busy / len(pressed), 1),
        "processor_share_given": round(busy / took, 2),
        "memory_per_session_mb": round(grown, 1),
    }


@contextmanager
def served(path: str) -> Iterator[tuple[str, int]]:
    """Serve a knowledge base; yields the websocket address and the process."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *flags(port)]
    environment = {**os.environ, ADDRESS_VARIABLE: path, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                if server.poll() is not None:
                    raise SystemExit("the dashboard did not start") from None
                time.sleep(0.25)
        yield f"ws://127.0.0.1:{port}", server.pid
    finally:
        server.terminate()
        server.wait(20)


def starter(folder: str) -> str:
    """Land the starter organizations in a new knowledge base."""
    from matcher.starter import land_starter

    path = str(Path(folder) / "kb.db")
    kb = KnowledgeBase.open(path)
    land_starter(kb)
    kb.close()
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kb", nargs="?")
    parser.add_argument("--brief", default="bed-nets-tanzania")
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--further", type=int, default=20, help="sessions that memory is measured over")
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--pause", type=float, default=1.0, metavar="SECONDS")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.kb or starter(folder)
        kb = KnowledgeBase.open(path)
        organizations = kb.count()["organizations"]
        kb.close()
        load = os.getloadavg()[0]
        with served(path) as (address, process):
            result = asyncio.run(measured(address, process, options))
    whole = {"organizations": organizations, "cores": os.cpu_count(), "load_before": round(load, 2), **result}
    report(whole, options.out)


if __name__ == "__main__":
    main()
