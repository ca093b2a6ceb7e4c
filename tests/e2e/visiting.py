"""A reader's visit in a real browser, and how to serve a knowledge base to it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.launch import flags

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "dashboard"
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
# Streamlit looks for its own settings below a page's address first, and finds them at the root.
OWN_PROBES = ("/_stcore/health", "/_stcore/host-config")
WIDE, NARROW = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}
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


class Visit:
    """A reader's visit that notes when the browser speaks to another host, reports an error or opens a dialog."""

    def __init__(self, browser, address: str, viewport: dict, scheme: str = "light") -> None:
        self.address = address
        self.context = browser.new_context(viewport=viewport, color_scheme=scheme)
        self.page = self.context.new_page()
        self.outside: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", self._request)
        self.page.on("response", self._response)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._console)
        self.page.on("dialog", self._dialog)

    def _request(self, request) -> None:
        own = (self.address, self.address.replace("http", "ws", 1), "data:", "blob:")
        if not request.url.startswith(own):
            self.outside.append(request.url)

    def _response(self, response) -> None:
        if response.status >= 400 and not response.url.endswith(OWN_PROBES):
            self.errors.append(f"{response.status} {response.url}")

    def _console(self, message) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def _dialog(self, dialog) -> None:
        self.errors.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.page.wait_for_selector("[data-testid=stMain] h1", timeout=60_000)
        self.settle()

    def settle(self) -> None:
        """Wait until the page is drawn and the server is idle."""
        self.page.wait_for_selector(READY, timeout=60_000)
        self.page.wait_for_function(
            "document.querySelectorAll('[data-testid=stSkeleton]').length === 0", timeout=30_000
        )
        self.page.wait_for_timeout(200)
        self.page.wait_for_selector(READY, timeout=60_000)

    def press(self, name: str, *, role: str = "button", exact: bool = True) -> None:
        """Click what has a role and a name, and wait for what comes of it."""
        self.page.get_by_role(role, name=name, exact=exact).first.click()
        self.settle()

    def choose(self, label: str, option: str) -> None:
        """Choose an option of a select box by typing its first words."""
        self.page.get_by_role("combobox", name=label).first.click()
        self.page.keyboard.type(option)
        self.page.get_by_role("option", name=option).first.click()
        self.settle()

    def heading(self, level: int) -> list[str]:
        return self.page.locator(f"h{level}").all_inner_texts()

    def said(self) -> str:
        """Return everything that the page says."""
        return self.page.locator("[data-testid=stMain]").inner_text()

    def downloaded(self, label: str) -> Path:
        """Press a download button and return where the file lies."""
        with self.page.expect_download(timeout=60_000) as waiting:
            self.page.get_by_role("button", name=label).first.click()
        return Path(waiting.value.path())


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def served(path: Path) -> Iterator[str]:
    """Serve a knowledge base, with the flags that users get and an encoder that loads nothing."""
    port = free_port()
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
