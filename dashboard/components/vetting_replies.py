"""Right of reply: what the organization says to what was found, in its own words."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.person import changing
from dashboard.components.text import clean, plain
from dashboard.components.vetting_findings import evidence_words
from dashboard.components.vetting_words import moment
from kb.casework.errors import checked
from kb.casework.vetting_cases import VettingCase
from kb.casework.vetting_desk import NewReply
from kb.knowledge_base import KnowledgeBase
from matcher.vetting.dossier import load_words


def show_replies(kb: KnowledgeBase, case: VettingCase, who: str) -> None:
    """Draw the replies on record, and the form for another."""
    st.subheader("Right of reply", anchor=False)
    st.markdown(plain(load_words().notes["right_of_reply"]))
    titles = {item.id: item.finding.title for item in case.findings}
    for reply in case.replies:
        with st.container(border=True, gap="xsmall", key=f"reply_{reply.number}"):
            sender = plain(reply.sender) or "sender not named"
            st.markdown(f"**Received {moment(reply.received_on)}**, {sender}")
            st.text(clean(reply.text))
            concerned = "; ".join(titles.get(key, key) for key in reply.about) or "the case as a whole"
            st.caption(f"About {plain(concerned)}. Recorded by {plain(reply.who)}, {moment(reply.at)}.")
            if reply.evidence:
                st.markdown(f":small[{evidence_words(reply.evidence)}]")
    if not case.replies:
        st.caption("No reply is on record.")
    with st.expander("Record a reply", key="record_reply"), st.form(f"reply_form_{len(case.replies)}", border=False):
        text = st.text_area("What it says, in its own words", height=140)
        left, right = st.columns(2)
        sender = left.text_input("From whom", placeholder="Name and role")
        received = right.date_input("Received on", value=date.today())
        about = st.multiselect(
            "About which findings",
            list(titles),
            format_func=lambda key: titles[key],
            placeholder="The case as a whole",
        )
        evidence = st.text_input("Where the original is kept", placeholder="A link or a note")
        st.caption("A reply stays as it was received, and changes no decision. Mend a mistake by recording it anew.")
        if changing(st.form_submit_button)("Record the reply", type="primary"):
            with errors_in_words(stop=False):
                fields = {
                    "text": text.strip(),
                    "received_on": received,
                    "sender": sender.strip(),
                    "about": tuple(about),
                    "evidence": evidence.strip(),
                }
                said = checked(NewReply, "the reply", fields)
                kb.casework.record_reply(case.organization_id, case.policies, said, who)
                st.rerun()
