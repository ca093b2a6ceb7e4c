"""Starting the dashboard from the command line, from any folder and from an installed wheel."""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

THEME = Path(__file__).with_name("theme.toml")
ADDRESS_VARIABLE = "DANCECARD_KB"


class LaunchError(Exception):
    """The dashboard cannot be started."""


def theme_flags(path: Path = THEME) -> list[str]:
    """Return the theme as Streamlit flags."""
    return [f"--{name}={value}" for name, value in _flat(tomllib.loads(path.read_text(encoding="utf-8")))]


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value).lower() if isinstance(value, bool) else value


def flags(port: int | None = None, *, open_browser: bool = False) -> list[str]:
    """Return every flag: nothing leaves the machine, nobody outside it is served, no traceback is shown."""
    found = [
        "--server.address=127.0.0.1",
        "--browser.gatherUsageStats=false",
        "--client.toolbarMode=minimal",
        "--client.showErrorDetails=none",
        "--server.fileWatcherType=none",
        f"--server.headless={'false' if open_browser else 'true'}",
    ]
    if port is not None:
        found.append(f"--server.port={port}")
    return found + theme_flags()


def command(port: int | None = None, *, open_browser: bool = False) -> list[str]:
    """Return the command that starts the dashboard.

    Raises
    ------
    LaunchError
        When the application file is not installed.
    """
    found = importlib.util.find_spec("app")
    if found is None or found.origin is None:
        raise LaunchError("the dashboard is not installed; reinstall with: pip install --force-reinstall dancecard")
    return [sys.executable, "-m", "streamlit", "run", found.origin, *flags(port, open_browser=open_browser)]


def run(address: str, port: int | None = None, open_browser: bool = True) -> int:
    """Serve the dashboard on one knowledge base until it is interrupted; returns the exit status.

    Parameters
    ----------
    address : str
        Path or URL of the knowledge base.
    port : int, optional
        Streamlit's default (8501, or the next free one) when not given.
    """
    environment = {**os.environ, ADDRESS_VARIABLE: address}
    try:
        return subprocess.run(command(port, open_browser=open_browser), env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Start from ``python -m dashboard.launch ADDRESS [--port N] [--browser]``."""
    parser = argparse.ArgumentParser(prog="dashboard.launch")
    parser.add_argument("address")
    parser.add_argument("--port", type=int)
    parser.add_argument("--browser", action="store_true")
    options = parser.parse_args(arguments)
    return run(options.address, options.port, options.browser)


if __name__ == "__main__":
    sys.exit(main())
