"""What single cells hold: text to clean, lists to split, addresses to normalize, formulas to refuse."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from kb.organization import MAX_TEXT

NOTHING = frozenset(
    {"", "-", "--", "\u2013", "\u2014", "n/a", "na", "n.a.", "none", "null", "nan", "nil", "?", "unknown", "-0-"}
)
SPREADSHEET_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
FORMULA = re.compile(
    r"=\s*+\S"
    r"|[+\-@]\s*+(?:[A-Za-z_.]+\d*\(|\$?[A-Z]{1,3}\$?\d+\b|\d+(?:\.\d+)?\s*[*/^]|[^|]*\|[^!]*!)"
)
HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{1,62}\.?")


def clean_line(text: str) -> str:
    """Return the text on one line, without control characters, invisible ones and doubled spaces."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text else text.strip()
    return " ".join(CONTROL.sub("", unicodedata.normalize("NFC", text).replace("\t", " ")).split())


def clean_text(text: str) -> str:
    """Return the text without control characters, its lines kept."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " "))
    return text.strip()


def cut_text(text: str, most: int = MAX_TEXT) -> str:
    """Return at most `most` characters, ended at a word."""
    if len(text) <= most:
        return text
    return text[:most].rsplit(maxsplit=1)[0]


def is_nothing(text: str) -> bool:
    """Whether the cell is empty, or says in some way that there is nothing."""
    return text.strip().casefold() in NOTHING


def is_formula(text: str) -> bool:
    """Whether a spreadsheet program would run the cell instead of showing it, or already failed to."""
    return bool(FORMULA.match(text.strip())) or text.strip() in SPREADSHEET_ERRORS


def split_list(text: str) -> list[str]:
    """Return the items of a cell that are set apart by semicolons, bars or lines."""
    return [item for part in re.split(r"[;|\r\n]", text) if (item := part.strip(" \t•·*"))]


def normalize_url(text: str) -> str:
    """Return a web address with scheme and lower-case host, empty when the cell says there is none.

    Raises
    ------
    ValueError
        When the text is no web address.
    """
    text = clean_line(text).strip("<>\"' ")
    if is_nothing(text):
        return ""
    text = re.sub(r"(?i)^(https?)[:;]?/{1,3}|^(https?)://+", lambda match: (match[1] or match[2]).lower() + "://", text)
    if "://" not in text[:12]:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        raise ValueError("not a web address") from None
    if parts.scheme not in {"http", "https"} or parts.username is not None or not HOST.fullmatch(host) or " " in text:
        raise ValueError("not a web address")
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{host.rstrip('.')}{port}{parts.path.rstrip('/')}{query}"
