"""Claims about an organization, by kind, with their evidence; a person can confirm or reject each."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.components.errors import errors_in_words
from dashboard.components.evidence import evidence_line, source_line
from dashboard.components.labels import KIND_WORDS, status_badge, strength_words
from dashboard.components.person import changing
from dashboard.components.text import badge, day, percent, plain
from kb.knowledge_base import KnowledgeBase
from kb.organization import Claim, ClaimKind, ClaimStatus, ConcernRole, Organization
from kb.vocabulary import Vocabulary

JUDGED = "judged_claim"
ROLE = {ConcernRole.CORE: "a main business", ConcernRole.MINOR: "a side line"}
PLAIN_KINDS = (ClaimKind.CONCERN, ClaimKind.PLACE, ClaimKind.RED_LINE, ClaimKind.REGULATES)


def show_claims(kb: KnowledgeBase, organization: Organization, vocabulary: Vocabulary) -> None:
    """Draw every claim, with what a person just decided and how to take it back."""
    _show_undo(kb, organization)
    if not organization.claims:
        st.caption("Nothing is known beyond its identity. Unknown is not zero: it can still be ranked by its text.")
        return
    for kind, title in KIND_WORDS.items():
        claims = [claim for claim in organization.claims if claim.kind is kind]
        if not claims:
            continue
        claims.sort(key=lambda claim: (not claim.holds, -claim.strength))
        with st.expander(
            f"{title} ({len(claims)})",
            expanded=kind in (ClaimKind.CAPACITY, ClaimKind.CONCERN),
            key=f"kind_{kind.value}",
        ):
            _show_kind(kb, organization, claims, vocabulary)


def _show_kind(kb: KnowledgeBase, organization: Organization, claims: Sequence[Claim], vocabulary: Vocabulary) -> None:
    for place, claim in enumerate(claims):
        with st.container(horizontal=True, key=f"claim_{claim.kind.value}_{place}"):
            with st.container(width="stretch"):
                st.markdown(claim_markdown(claim, vocabulary))
            with st.container(horizontal=True, gap="small", width="content", key=f"judge_{claim.kind.value}_{place}"):
                for label, status in (("Confirm", ClaimStatus.CONFIRMED), ("Reject", ClaimStatus.REJECTED)):
                    if claim.status is not status:
                        changing(st.button)(
                            label,
                            key=f"{label}_{organization.id}_{claim.kind.value}_{claim.code}_{claim.source.name}",
                            on_click=_judge,
                            args=(kb, organization, claim, status, vocabulary),
                            help=f"{label} that this holds: {plain(vocabulary.label(claim.kind, claim.code))}",
                        )


def claim_markdown(claim: Claim, vocabulary: Vocabulary) -> str:
    """Return a claim in words: what, how much, how it is known, the evidence and the source."""
    parts = [f"**{plain(vocabulary.label(claim.kind, claim.code))}**"]
    if claim.role is not None:
        parts.append(f"· {ROLE[claim.role]}")
    elif claim.kind not in PLAIN_KINDS:
        parts.append(f"· {strength_words(claim.strength)}")
    if claim.revenue_share is not None:
        parts.append(f"· {percent(claim.revenue_share)} of revenue")
    parts.append(status_badge(claim.status))
    if claim.status is ClaimStatus.INFERRED:
        parts.append(badge(f"{percent(claim.confidence)} sure", "gray"))
    lines = [" ".join(parts)]
    lines += [evidence_line(item.text, verbatim=item.verbatim) for item in claim.evidence[:3]]
    lines.append(f":small[{source_line(claim.source.name, claim.source.url, day(claim.observed_on))}]")
    return "  \n".join(lines)


def _judge(
    kb: KnowledgeBase, organization: Organization, claim: Claim, status: ClaimStatus, vocabulary: Vocabulary
) -> None:
    with errors_in_words(stop=False):
        kb.judge_claim(organization.id, claim.key, status, seen=claim)
        batch = kb.history(organization.id)[-1].batch.number
        words = f"{status.value.capitalize()}: {vocabulary.label(claim.kind, claim.code)}"
        st.session_state[JUDGED] = (organization.id, batch, words)
        st.toast(plain(words))


def _show_undo(kb: KnowledgeBase, organization: Organization) -> None:
    judged = st.session_state.get(JUDGED)
    if judged is None or judged[0] != organization.id:
        return
    _, batch, words = judged
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="undo_judgement"):
        st.markdown(f"{plain(words)}. Your word wins over every other source.")
        st.button("Undo", on_click=_undo, args=(kb, batch))


def _undo(kb: KnowledgeBase, batch: int) -> None:
    with errors_in_words(stop=False):
        kb.undo(batch)
        st.session_state.pop(JUDGED, None)
        st.toast("Taken back.")
