"""Starting the dashboard from the command line, from any folder and from an installed wheel."""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kb.observing import configure_log

THEME = Path(__file__).with_name("theme.toml")
ADDRESS_VARIABLE = "DANCECARD_KB"
SECRETS_VARIABLE = "DANCECARD_SECRETS"


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


def flags(port: int | None = None, *, open_browser: bool = False, secrets: Path | None = None) -> list[str]:
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
    if secrets is not None:
        found.append(f"--secrets.files={secrets}")
    return found + theme_flags()


def check_secrets(path: Path) -> None:
    """Make sure that people can sign in by a secrets file, before anything is served.

    Raises
    ------
    LaunchError
        When it cannot be read, or says nothing or something wrong about signing in.
    """
    from dashboard.signin_settings import SignInError, read_settings

    try:
        settings = read_settings(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise LaunchError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, SignInError) as error:
        raise LaunchError(f"{path}: {error}") from error
    if settings is None:
        raise LaunchError(f"{path} has no [auth], so nobody could sign in; see docs/sign_in.md")


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


def run(address: str, port: int | None = None, open_browser: bool = True, secrets: Path | None = None) -> int:
    """Serve the dashboard on one knowledge base until it is interrupted; returns the exit status.

    Parameters
    ----------
    address : str
        Path or URL of the knowledge base.
    port : int, optional
        Streamlit's default (8501, or the next free one) when not given.
    open_browser : bool
    secrets : Path, optional
        File by which people sign in; ``DANCECARD_SECRETS``, or Streamlit's own places, when not given.

    Raises
    ------
    LaunchError
        When the application file is missing, or the secrets are not as they should be (`check_secrets`).
    """
    if secrets is None and os.environ.get(SECRETS_VARIABLE):
        secrets = Path(os.environ[SECRETS_VARIABLE])
    if secrets is not None:
        secrets = secrets.expanduser().resolve()
        check_secrets(secrets)
        os.environ[SECRETS_VARIABLE] = str(secrets)
    from streamlit.web import cli

    os.environ[ADDRESS_VARIABLE] = address
    configure_log()
    given = flags(port, open_browser=open_browser, secrets=secrets)
    cli.main(["run", str(application()), *given], standalone_mode=False)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve from the command line: an address, and optionally ``--port``, ``--browser`` and ``--secrets``."""
    parser = argparse.ArgumentParser(prog="python -m dashboard.launch", description="Serve the dashboard.")
    parser.add_argument("address", help="path or URL of the knowledge base")
    parser.add_argument("--port", type=int)
    parser.add_argument("--browser", action="store_true", help="open a browser window")
    parser.add_argument("--secrets", type=Path, help="secrets.toml by which people sign in")
    chosen = parser.parse_args(arguments)
    try:
        return run(chosen.address, chosen.port, chosen.browser, chosen.secrets)
    except LaunchError as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    sys.exit(main())
