"""Organization text is data: this is where it is made harmless for Markdown."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import quote, urlsplit

JOINER = "\u2060"
"""An invisible word joiner: it breaks what Streamlit would turn into a link, an icon or a directive."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SPECIAL = re.compile(r"([\\`*_\[\]<>$|~&{}!^])")
_BLOCK = re.compile(r"^(\s*)([#+\-=]|\d+(?=[.)]))")
_COLON = re.compile(r":(?=[\w+/-])")
_ADDRESS = re.compile(r"(?<=www)(?=\.)|(?=@)", re.IGNORECASE)


def clean(text: str) -> str:
    """Return text on one line, without control and text-direction characters."""
    return " ".join(_CONTROL.sub("", text).split())


def plain(text: str) -> str:
    """Return text that Markdown shows letter by letter: no link, image, HTML, formula, icon or formatting."""
    escaped = _SPECIAL.sub(r"\\\1", clean(text))
    escaped = _BLOCK.sub(_escape_block, escaped)
    return _ADDRESS.sub(JOINER, _COLON.sub(f":{JOINER}", escaped))


def _escape_block(match: re.Match[str]) -> str:
    space, mark = match.groups()
    return f"{space}{mark}{JOINER}" if mark.isdigit() else f"{space}\\{mark}"


def safe_url(url: str) -> str | None:
    """Return a web address that is safe to link to, None for anything else."""
    address = clean(url)
    if address.lower().startswith("www."):
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        return None
    return quote(address, safe=":/?#@!&'*+,;=%~.-_")


def link(label: str, url: str) -> str:
    """Return a Markdown link with a harmless label; the label alone when the address is not safe."""
    address = safe_url(url)
    return f"[{plain(label)}]({address})" if address else plain(label)


def badge(label: str, color: str = "gray") -> str:
    """Return a colored Markdown badge with a harmless label."""
    return f":{color}-badge[{plain(label)}]"


def shorten(text: str, length: int = 160) -> str:
    """Return text cut at a word, with an ellipsis when something was cut."""
    whole = clean(text)
    if len(whole) <= length:
        return whole
    return whole[: whole.rfind(" ", 0, length) if " " in whole[:length] else length].rstrip(" ,;:.") + "…"


def day(value: date | None) -> str:
    """Return a date for people, empty when unknown."""
    return f"{value.day} {value:%b %Y}" if value else ""


def points(value: float) -> str:
    """Return signed whole points, e.g. ``+17``."""
    return f"{value:+.0f}".replace("-", "\N{MINUS SIGN}")


def percent(share: float) -> str:
    """Return a share (0..1) as a whole percentage."""
    return f"{round(100 * share)}%"
