"""Errors in words: what went wrong and what to do, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.components.text import plain
from kb.errors import (
    ConflictError,
    KbError,
    KnowledgeBaseLockedError,
    KnowledgeBaseNotFoundError,
    KnowledgeBaseTooNewError,
    KnowledgeBaseUnavailableError,
    UnknownOrganizationError,
    UnknownRecordError,
)
from kb.roles import NotPermittedError
from matcher.errors import BriefProblemError, EncoderError, MatcherError

TITLES: dict[type[Exception], str] = {
    KnowledgeBaseLockedError: "The knowledge base is busy",
    KnowledgeBaseNotFoundError: "There is no knowledge base here",
    KnowledgeBaseTooNewError: "The knowledge base is newer than this program",
    KnowledgeBaseUnavailableError: "The knowledge base cannot be read or written",
    UnknownOrganizationError: "There is no such organization",
    UnknownRecordError: "There is no such record",
    ConflictError: "This change cannot be made",
    NotPermittedError: "You may not do that",
    BriefProblemError: "The brief cannot be answered yet",
    EncoderError: "The language model cannot be loaded",
}


def show_error(error: Exception) -> None:
    """Show an error that was raised on purpose."""
    title = next((words for kind, words in TITLES.items() if isinstance(error, kind)), "That did not work")
    lines = "\n".join(f"- {plain(line)}" for line in str(error).splitlines() if line.strip())
    st.error(f"**{title}.**\n\n{lines}")


@contextmanager
def errors_in_words(*, stop: bool = True) -> Iterator[None]:
    """Show a `KbError` or `MatcherError` instead of raising it, and end the page there unless told otherwise."""
    try:
        yield
    except (KbError, MatcherError) as error:
        show_error(error)
        if stop:
            st.stop()
