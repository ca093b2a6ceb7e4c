from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path

import pytest
from streamlit import config

from dashboard import launch

DARK_AND_LIGHT = ("light", "dark")


def test_nothing_leaves_the_machine_and_nobody_outside_is_served():
    flags = launch.flags(8700)
    assert "--server.address=127.0.0.1" in flags
    assert "--browser.gatherUsageStats=false" in flags
    assert "--server.port=8700" in flags
    assert not any("enableCORS" in flag or "enableXsrfProtection" in flag for flag in flags)


def test_every_flag_is_an_option_of_streamlit():
    known = set(config.get_config_options())
    assert [flag for flag in launch.flags(1) if flag[2:].split("=")[0] not in known] == []


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_it_serves_from_any_folder(tmp_path: Path):
    (tmp_path / "app.py").write_text("raise SystemExit('the wrong application')")
    port = _free_port()
    command = [sys.executable, "-P", "-m", "dashboard.launch", str(tmp_path / "kb.db"), "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(launch.application().parent)}
    server = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(240):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as answer:
                    assert answer.read() == b"ok"
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.25)
        else:
            pytest.fail("the dashboard did not start within a minute")
    finally:
        server.terminate()
        server.wait(20)


def test_a_missing_application_is_explained(monkeypatch, capsys, tmp_path: Path):
    monkeypatch.setattr(launch, "__file__", str(tmp_path / "dashboard" / "launch.py"))
    with pytest.raises(SystemExit):
        launch.main([str(tmp_path / "kb.db")])
    assert "reinstall with" in capsys.readouterr().err


def _luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(first: str, second: str) -> float:
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_words_stand_out_from_their_background_in_both_themes():
    theme = tomllib.loads(launch.THEME.read_text(encoding="utf-8"))["theme"]
    for name in DARK_AND_LIGHT:
        colors = theme[name]
        assert _contrast(colors["textColor"], colors["backgroundColor"]) >= 7
        assert _contrast(colors["linkColor"], colors["backgroundColor"]) >= 4.5
        for hue in ("green", "yellow", "orange", "red", "blue", "violet", "gray"):
            assert _contrast(colors[f"{hue}TextColor"], colors[f"{hue}BackgroundColor"]) >= 4.5, (name, hue)
