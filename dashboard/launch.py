"""Starting the dashboard from the command line, from any folder and from an installed wheel."""

from __future__ import annotations

import argparse
import os
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


def application() -> Path:
    """Return the file that Streamlit runs; it lies beside this package, in a checkout and in a wheel.

    Raises
    ------
    LaunchError
        When it is not there.
    """
    path = Path(__file__).resolve().parents[1] / "app.py"
    if not path.is_file():
        raise LaunchError(f"{path} is missing; reinstall with: pip install --force-reinstall dancecard")
    return path


def run(address: str, port: int | None = None, open_browser: bool = True) -> int:
    """Serve the dashboard on one knowledge base until it is interrupted; returns the exit status.

    Parameters
    ----------
    address : str
        Path or URL of the knowledge base.
    port : int, optional
        Streamlit's default (8501, or the next free one) when not given.

    Raises
    ------
    LaunchError
        When the application file is missing.
    """
    from streamlit.web import cli

    os.environ[ADDRESS_VARIABLE] = address
    cli.main(["run", str(application()), *flags(port, open_browser=open_browser)], standalone_mode=False)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve from the command line: an address, and optionally ``--port`` and ``--browser``."""
    parser = argparse.ArgumentParser(prog="python -m dashboard.launch", description="Serve the dashboard.")
    parser.add_argument("address", help="path or URL of the knowledge base")
    parser.add_argument("--port", type=int)
    parser.add_argument("--browser", action="store_true", help="open a browser window")
    chosen = parser.parse_args(arguments)
    try:
        return run(chosen.address, chosen.port, chosen.browser)
    except LaunchError as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    sys.exit(main())
