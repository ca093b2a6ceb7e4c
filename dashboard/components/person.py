"""The person at work: the page before the sign-in, who is signed in, and what they may not do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import streamlit as st

from dashboard.components.errors import show_error
from dashboard.components.text import plain
from dashboard.signin_desk import open_door, sign_in
from dashboard.signin_settings import SignInError
from kb.people import Person, at_work
from kb.roles import Permission, Role

Arguments = ParamSpec("Arguments")
Drawn = TypeVar("Drawn")

CARD_WIDTH = 440
MEANS = {
    Role.VIEWER: "Looks at everything and changes nothing.",
    Role.EDITOR: "Changes and decides.",
    Role.ADMIN: "Changes and decides, undoes what others did, restores backups.",
}


def admitted() -> bool:
    """Let in whoever may see this knowledge base; draw the sign-in for everybody else."""
    try:
        person = open_door()
    except SignInError as error:
        with _card("Nobody can sign in"):
            show_error(error)
        return False
    if person.role is None:
        _ask(person)
    return person.role is not None


@contextmanager
def _card(title: str) -> Iterator[None]:
    st.space("large")
    with (
        st.container(horizontal_alignment="center"),
        st.container(key="sign_in", width=CARD_WIDTH, border=True, gap="medium"),
    ):
        st.title(title, anchor=False)
        yield


def _ask(person: Person) -> None:
    if person.signed_in:
        with _card("You are not let in yet"):
            st.markdown(
                f"You are signed in as **{plain(person.name)}** ({plain(person.account)}), and no role was given to "
                f"you here. Ask {plain(person.contact)}."
            )
            st.button("Sign out", on_click=st.logout, width="stretch")
        return
    with _card("Sign in"):
        st.markdown(
            "Dancecard finds, explains and vets partners. This knowledge base is shared: what you decide in it is kept "
            "under your name."
        )
        settings = sign_in()
        for name in settings.providers if settings else ():
            label = f"Sign in with {name.capitalize()}" if name else "Sign in"
            st.button(
                label, type="primary", on_click=st.login, args=(name or None,), key=f"sign_in_{name}", width="stretch"
            )


def show_person() -> None:
    """Draw who is signed in, in the sidebar; nothing where nobody signs in."""
    person = at_work()
    if not person.signed_in or person.role is None:
        return
    with st.sidebar, st.container(key="person", border=True, gap="xsmall"):
        st.markdown(f"**{plain(person.name)}**")
        st.caption(plain(person.account))
        st.caption(f"**{person.role.capitalize()}.** {MEANS[person.role]}")
        st.button("Sign out", on_click=st.logout, type="tertiary", icon=":material/logout:")


def changing(
    widget: Callable[Arguments, Drawn], permission: Permission = Permission.CHANGE
) -> Callable[Arguments, Drawn]:
    """Return a button as it is, or switched off, with the reason, for whoever may not do what it does.

    The services refuse anyway; this only says so before the click.
    """
    person = at_work()
    if person.may(permission):
        return widget

    def switched_off(*given: Arguments.args, **named: Arguments.kwargs) -> Drawn:
        refusal = person.refusal(permission)
        named["disabled"] = True
        named["help"] = f"{refusal[0].upper()}{refusal[1:]}."
        return widget(*given, **named)

    return switched_off
