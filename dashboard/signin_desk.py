"""Who is at work in this session, and who is let in at all."""

from __future__ import annotations

import itertools
import os
import threading
from collections import OrderedDict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import config
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.launch import SECRETS_VARIABLE
from dashboard.signin_settings import SignIn, SignInError, read_settings
from kb.people import NOBODY, Person, at_work, identify_by, local_person

ARRIVED, COOKIE = "arrived", "_streamlit_xsrf"


def sign_in() -> SignIn | None:
    """Return how people sign in to this dashboard; None when nobody needs to.

    Raises
    ------
    SignInError
        When that is set up wrongly or cannot be read; nobody is let in then.
    """
    try:
        found = read_settings(_secrets())
    except SignInError as error:
        raise SignInError(f"signing in is set up wrongly, and nobody is let in until it is mended:\n{error}") from error
    if found is None and os.environ.get(SECRETS_VARIABLE):
        raise SignInError("signing in was asked for, and the secrets file has no [auth]; nobody is let in")
    return found


def _secrets() -> dict[str, Any]:
    if st.secrets.load_if_toml_exists():
        return st.secrets.to_dict()
    unread = [path for path in config.get_option("secrets.files") if Path(path).exists()]
    if unread:
        raise SignInError(f"{unread[0]} cannot be read: mend or remove it")
    return {}


def person_here() -> Person:
    """Return the person for whose session this code runs, and nobody where that cannot be told."""
    settings = sign_in()
    if settings is None:
        return local_person()
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return NOBODY
    return settings.person(st.user.to_dict(), datetime.now(UTC)) or NOBODY


def open_door() -> Person:
    """Return who is at the door, and let every service know how to tell from now on.

    Raises
    ------
    SignInError
        See `sign_in`.
    """
    identify_by(person_here)
    return person_here()


class Errands:
    """Where browsers were going when they were asked to sign in; the oldest is forgotten first."""

    def __init__(self, size: int = 1_000) -> None:
        self._size = size
        self._wanted: OrderedDict[str, tuple[str, dict[str, list[str]]]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, browser: str, page: str, query: dict[str, list[str]]) -> None:
        """Note where a browser wants to go."""
        with self._lock:
            self._wanted[browser] = page, query
            self._wanted.move_to_end(browser)
            while len(self._wanted) > self._size:
                self._wanted.popitem(last=False)

    def take(self, browser: str) -> tuple[str, dict[str, list[str]]] | None:
        """Return where a browser wanted to go, once."""
        with self._lock:
            return self._wanted.pop(browser, None)


@st.cache_resource(show_spinner=False)
def _errands() -> Errands:
    return Errands()


def _browser() -> str:
    """Return what tells this browser from others before anybody signs in; empty when that cannot be told.

    It is Streamlit's token against forged requests, which it masks anew on every page: ``2|mask|masked token|time``.
    """
    try:
        _, mask, masked, _ = st.context.cookies.get(COOKIE, "").split("|")
        pairs = zip(bytes.fromhex(masked), itertools.cycle(bytes.fromhex(mask)), strict=False)
        return bytes(one ^ other for one, other in pairs).hex()
    except ValueError:
        return ""


def keep_errand(page: StreamlitPage) -> None:
    """Note which page somebody wanted who must sign in first."""
    if page.url_path and _browser():
        query = {name: st.query_params.get_all(name) for name in st.query_params}
        _errands().keep(_browser(), page.url_path, query)


def take_errand() -> tuple[str, dict[str, list[str]]] | None:
    """Return the page and the query that somebody wanted before signing in, once; None when there was none."""
    if ARRIVED in st.session_state or not at_work().signed_in:
        return None
    st.session_state[ARRIVED] = True
    return _errands().take(_browser())
