"""Disks that are full or read-only, made for one child process: a mount of its own that vanishes with it."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALONE = ("unshare", "--mount", "--map-root-user")


@cache
def can_mount() -> bool:
    """Whether this machine lets a process mount something for itself."""
    try:
        tried = subprocess.run([*ALONE, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


def run(code: str, *arguments: object, mounts: str = "") -> str:
    """Run Python code in a child, after shell commands that mount; returns what it printed."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    if mounts:
        command = [*ALONE, "sh", "-e", "-c", f'{mounts}; exec "$@"', "sh", *command]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def full(folder: Path, size: str) -> str:
    """Mount an empty disk of a size on a folder."""
    return f'mount -t tmpfs -o size={size} none "{folder}"'


def read_only(path: Path) -> str:
    """Mount a file or folder on itself, read-only."""
    return f'mount --bind "{path}" "{path}"; mount -o remount,ro,bind "{path}"'
