"""Pictures of every page on the starter knowledge base: light and dark, wide and narrow.

python tests/e2e/pictures.py FOLDER [--kb KNOWLEDGE_BASE] [--only PAGE ...]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from dashboard.launch import flags  # noqa: E402
from kb.knowledge_base import KnowledgeBase  # noqa: E402
from matcher.starter import land_starter  # noqa: E402
from tests.e2e.visiting import FLAGS, free_port  # noqa: E402

READY = "[data-testid=stApp][data-test-script-state=notRunning]"
BRIEF = "brief=bed-nets-tanzania"
PAGES = {
    "start": "/",
    "brief": f"/brief?{BRIEF}",
    "partners": f"/partners?{BRIEF}",
    "partners-table": f"/partners?{BRIEF}&view=Table",
    "compare": f"/compare?{BRIEF}&organization=a-to-z-textile-mills&organization=t-marc-tanzania",
    "coalition": f"/coalition?{BRIEF}",
    "shortlist": f"/shortlist?{BRIEF}",
    "plan": f"/plan?{BRIEF}&with=t-marc-tanzania",
    "vetting": "/vetting",
    "explore": "/explore",
    "organization": "/organization?organization=t-marc-tanzania",
    "data": "/data",
    "how_it_works": "/how_it_works",
}
SIZES = {"wide": {"width": 1440, "height": 1000}, "narrow": {"width": 390, "height": 844}}


def wait(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
            return
        except OSError:
            if server.poll() is not None:
                raise SystemExit("the dashboard did not start") from None
            time.sleep(0.25)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kb", type=Path)
    parser.add_argument("--only", nargs="*", choices=sorted(PAGES), default=sorted(PAGES))
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    path = options.kb or Path(tempfile.mkdtemp()) / "kb.db"
    kb = KnowledgeBase.open(path)
    if not kb.count()["organizations"]:
        land_starter(kb)
    kb.close()
    options.folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    environment = {**os.environ, "DANCECARD_KB": str(path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *flags(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait(address, server)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            for size, viewport in SIZES.items():
                for scheme in ("light", "dark"):
                    page = browser.new_context(viewport=viewport, color_scheme=scheme).new_page()
                    for name in options.only:
                        page.goto(address + PAGES[name])
                        page.wait_for_selector(READY, timeout=120_000)
                        page.wait_for_timeout(1_500)
                        page.wait_for_selector(READY, timeout=120_000)
                        page.screenshot(path=options.folder / f"{name}-{size}-{scheme}.png")
                        print(name, size, scheme, flush=True)  # noqa: T201
    finally:
        server.terminate()
        server.wait(20)


if __name__ == "__main__":
    main()
