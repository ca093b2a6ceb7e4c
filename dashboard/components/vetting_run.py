"""From names to a vetted list: policies, names, who they are, screening, what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.person import changing
from dashboard.components.vetting_choices import choice_key, choices_of, show_resolved
from dashboard.components.vetting_names import Terms, names_form, terms_form
from dashboard.components.vetting_person import person_field
from dashboard.components.vetting_progress import Working
from dashboard.components.vetting_summary import show_summary
from dashboard.vetting_desk import VettingDesk
from kb.brief import Brief
from kb.casework.vetting_cases import VettingCase
from kb.people import at_work
from kb.roles import Permission
from matcher.vetting.asked_names import NameList
from matcher.vetting.resolving import Resolved

RUN, LOOKED_UP = "run", "vet_looked_up"
Open = Callable[[VettingCase], None]


def show_names_view(desk: VettingDesk, briefs: Sequence[Brief], open_case: Open) -> None:
    """Draw the way from names to a vetted list; a list that was vetted is named in the address."""
    token = st.query_params.get(RUN)
    run = desk.run(token) if token else None
    if run is not None:
        st.button("Vet other names", icon=":material/arrow_back:", on_click=_forget)
        show_summary(desk, run, open_case)
        return
    if token:
        st.info("This list of names is no longer kept. What was recorded of it stands in the queue.")
    terms = terms_form(briefs)
    with errors_in_words(stop=False):
        names = names_form(desk, terms, briefs)
        if names is not None:
            _look_up(desk, names)
    looked_up = st.session_state.get(LOOKED_UP)
    if looked_up is not None:
        _show_looked_up(desk, looked_up[0], looked_up[1], terms)


def _forget() -> None:
    st.query_params.pop(RUN, None)
    st.session_state.pop("vet_table", None)


def _look_up(desk: VettingDesk, names: NameList) -> None:
    with Working(f"Looking {len(names.names):,} names up") as working:
        found = desk.look_up(names, working.progress)
    for item in found:
        st.session_state.pop(choice_key(item), None)
    st.session_state[LOOKED_UP] = (names, found)


def _show_looked_up(desk: VettingDesk, names: NameList, found: tuple[Resolved, ...], terms: Terms) -> None:
    show_resolved(found, names.rejections)
    st.header("4. Vet them", anchor=False)
    with st.container(width=360):
        who = person_field()
    record = changing(st.toggle)(
        "Record it: matched organizations become cases",
        value=at_work().may(Permission.CHANGE),
        key="vet_record",
        persist_state="session",
        help="Without it, this is a trial: nothing is kept, and nothing can be decided.",
    )
    label = f"Vet {len(found):,} name{'' if len(found) == 1 else 's'}"
    if not st.button(label, type="primary", disabled=not terms.policies):
        return
    with errors_in_words(stop=False):
        with Working(f"Vetting {len(found):,} names") as working:
            st.query_params[RUN] = desk.screen(
                names,
                terms.policies,
                brief=terms.brief,
                chosen=choices_of(found, st.session_state.get),
                record=record,
                who=who,
                progress=working.progress,
            )
        st.session_state.pop(LOOKED_UP, None)
        st.rerun()
