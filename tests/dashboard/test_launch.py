from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

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


def test_the_application_is_found_from_any_folder(tmp_path: Path):
    code = "from dashboard.launch import command; print(command()[4])"
    root = str(Path(launch.__file__).parents[1])
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(found.stdout.strip()).name == "app.py"


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
