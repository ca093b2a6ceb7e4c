"""One organization: identity, what it took part in, what it is tied to."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.components.evidence import source_line
from dashboard.components.labels import sector_of, status_badge, whereabouts
from dashboard.components.links import organization_link
from dashboard.components.palette import SECTOR_BADGE
from dashboard.components.text import badge, clean, day, link, plain, safe_url
from kb.knowledge_base import KnowledgeBase
from kb.organization import Organization, Relation
from kb.vocabulary import Vocabulary


def show_identity(organization: Organization, vocabulary: Vocabulary) -> None:
    """Draw who it is, in its own words."""
    st.title(plain(organization.name), anchor=False)
    badges = [
        badge(f"{sector_of(organization, vocabulary)} sector", SECTOR_BADGE.get(organization.sector or "", "gray"))
    ]
    industry = vocabulary.industries.get(organization.industry or "")
    if industry is not None:
        badges.append(badge(industry.label, "gray"))
    st.markdown(" ".join([plain(whereabouts(organization, vocabulary)), *badges]))
    if organization.aliases:
        st.caption(f"Also known as {plain(', '.join(organization.aliases))}")
    for words in (organization.mission, organization.description):
        if words:
            st.text(clean(words))
    if not organization.text:
        st.caption("Nothing is known of its mission or of what it does.")
    numbers = [f"{plain(item.scheme)} {plain(item.value)}" for item in organization.registry_ids]
    website = [link("Website", organization.website)] if safe_url(organization.website) else []
    source = organization.text_source
    named = [f"Text from {source_line(source.name, source.url, '')}"] if source and organization.text else []
    if website or numbers or named:
        st.markdown(f":small[{' · '.join([*website, *numbers, *named])}]")


def show_engagements(kb: KnowledgeBase, organization: Organization) -> None:
    """Draw the programmes and projects that it took part in."""
    engagements = kb.engagements_of(organization.id)
    if not engagements:
        st.caption("No engagement is known. That is not the same as none: registries cover few of them.")
        return
    mine = {
        item.id: next((part.role for part in item.participations if part.organization_id == organization.id), "")
        for item in engagements
    }
    rows = [
        {
            "Programme": clean(item.title),
            "From": day(item.start_date),
            "Until": day(item.end_date),
            "Role": clean(mine[item.id]),
            "Participants": len(item.participations),
            "Known": item.status.value,
            "Source": clean(item.source.name),
        }
        for item in engagements
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Engagements, newest first.")


def show_relations(kb: KnowledgeBase, organization: Organization, vocabulary: Vocabulary) -> None:
    """Draw its lasting ties, each leading to the other side."""
    relations = kb.relations_of(organization.id)
    if not relations:
        st.caption("No relation to another organization is known.")
        return
    sides = {side for item in relations for side in (item.subject_id, item.object_id)}
    names = {item.id: item.name for item in kb.get_many(sorted(sides))}
    for relation in relations:
        other = relation.object_id if relation.subject_id == organization.id else relation.subject_id
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"{plain(_tie(relation, organization.id, vocabulary))} {status_badge(relation.status)}")
            organization_link(other, names.get(other, other))
            for evidence in relation.evidence[:2]:
                st.caption(plain(evidence.text))
            st.markdown(f":small[{source_line(relation.source.name, relation.source.url, day(relation.observed_on))}]")


def _tie(relation: Relation, own_id: str, vocabulary: Vocabulary) -> str:
    term = vocabulary.relations.get(relation.kind.value)
    if term is None:
        return relation.kind.value.replace("_", " ").capitalize()
    inverse = relation.subject_id != own_id and not term.symmetric
    return (term.inverse_label if inverse and term.inverse_label else term.label).capitalize()
