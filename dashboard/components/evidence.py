"""Facts with their evidence: quoted words, how they are known, where to check them."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from dashboard.components.labels import status_badge, strength_words
from dashboard.components.text import clean, day, link, plain, safe_url
from matcher.results import Reason


def evidence_line(text: str, *, verbatim: bool) -> str:
    """Return the words of an evidence: in quotation marks when they stand in the source."""
    words = plain(text)
    return f"“{words}”" if verbatim else words


def source_line(source: str, url: str, observed: str) -> str:
    """Return where a fact comes from and when it was seen."""
    named = link(source, url) if safe_url(url) else plain(source)
    return " · ".join(part for part in (named, observed) if part)


def reason_markdown(reason: Reason) -> str:
    """Return one reason: what it shows, how it is known, the words and the source."""
    strength = f" · {strength_words(reason.strength)}" if reason.strength is not None else ""
    lines = [f"**{plain(reason.about)}**{strength} {status_badge(reason.status)}"]
    if reason.text:
        lines.append(evidence_line(reason.text, verbatim=reason.verbatim))
    if origin := source_line(reason.source, reason.url, day(reason.observed_on)):
        lines.append(f":small[{origin}]")
    return "  \n".join(lines)


def show_reasons(reasons: Iterable[Reason]) -> None:
    """Draw reasons, each once."""
    seen: set[tuple[str, str]] = set()
    for reason in reasons:
        key = (reason.about, clean(reason.text))
        if key not in seen:
            seen.add(key)
            st.markdown(reason_markdown(reason))
