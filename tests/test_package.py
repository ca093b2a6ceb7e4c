"""The wheel holds everything: it is installed into a new environment and run from another folder."""

from __future__ import annotations

import os
import site
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the python of an environment that holds the wheel, and this one's packages as dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    made = subprocess.run(build, capture_output=True, text=True, check=False)
    if made.returncode and "setuptools" in made.stderr and "No matching distribution" in made.stderr:
        pytest.skip("the build backend cannot be fetched here")
    assert made.returncode == 0, made.stderr
    (wheel,) = folder.glob("dancecard-*.whl")
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", wheel], check=True)
    own = next((folder / "env" / "lib").glob("python*/site-packages"))
    (own / "dependencies.pth").write_text("\n".join(site.getsitepackages()))
    return python


def test_the_installed_wheel_finds_partners_from_anywhere(installed: Path, tmp_path: Path):
    environment = {**os.environ, "DANCECARD_KB": str(tmp_path / "kb.db"), "COLUMNS": "120"}
    environment.pop("PYTHONPATH", None)
    command = installed.with_name("dancecard")

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [command, *arguments], capture_output=True, text=True, cwd=tmp_path, env=environment, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def python(*arguments: str) -> str:
        done = subprocess.run(
            [installed, *arguments], capture_output=True, text=True, cwd=tmp_path, env=environment, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = "import kb, matcher, dashboard; print(kb.__file__, matcher.__file__, dashboard.__file__)"
    assert python("-c", where).count(str(installed.parents[1])) == 3
    assert "organizations" in run("init")
    assert "A to Z Textile Mills" in run("match", "bed-nets-tanzania", "--top", "5")
    door = "import importlib.util; print(importlib.util.find_spec('app').origin)"
    app_file = Path(python("-c", door).strip())
    assert app_file.is_relative_to(installed.parents[1])
    assert sorted((app_file.parent / "dashboard" / "pages").glob("*.py"))
    assert "--port" in python("-m", "dashboard.launch", "--help")
