from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.knowledge_base import KnowledgeBase

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "dashboard"
sys.path.insert(0, str(SAMPLE))

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium is installed; on Debian: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="session")
def address(browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the small knowledge base, with the flags that users get and an encoder that loads nothing."""
    from dashboard_sample import fill

    from dashboard.launch import flags

    path = tmp_path_factory.mktemp("e2e") / "kb.db"
    kb = KnowledgeBase.open(path)
    fill(kb)
    kb.close()
    port = _free_port()
    environment = {
        **os.environ,
        "DANCECARD_KB": str(path),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(SAMPLE))),
    }
    command = [sys.executable, str(Path(__file__).with_name("serve.py")), str(ROOT / "app.py"), *flags(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{base}/_stcore/health", timeout=1).close()
                break
            except OSError:
                if server.poll() is not None:
                    raise AssertionError(server.stderr.read().decode()) from None
                time.sleep(0.25)
        yield base
    finally:
        server.terminate()
        server.wait(20)
