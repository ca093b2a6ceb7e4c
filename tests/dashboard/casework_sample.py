"""Casework under way in a knowledge base: a shortlist, cases, decisions, answers, a plan, a health check, a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from dashboard_sample import TinyEncoder

from kb.brief import Brief
from kb.casework.partnerships import Move, Note, Stage
from kb.casework.vetting_cases import Ruling
from kb.casework.vetting_desk import NewAnswer, NewReply
from kb.knowledge_base import KnowledgeBase
from kb.organization import Organization
from kb.watchlists import ListedEntity, Watchlist
from matcher import Matcher
from matcher.planning.desk import Planning
from matcher.planning.editing import set_cell
from matcher.planning.health import DEFAULT, instrument_of
from matcher.vetting.office import VettingOffice

DAY = date(2026, 11, 1)
POLICIES = ("general", "unicef_national_committee")
Words = Callable[[str], str]


def shortlist(kb: KnowledgeBase, brief: Brief, ids: Sequence[str], words: Words) -> None:
    """Put organizations on the shortlist of a brief, each at another stage."""
    for key, stage in zip(ids, (Stage.SHORTLIST, Stage.CONTACTED, Stage.LONGLIST), strict=False):
        move = Move(stage=stage, reason=words("It fits the brief."), owner=words("Ada"), notes=words("Call in May."))
        kb.casework.record(brief.id, key, move, who=words("Ada"))
    kb.casework.record(brief.id, ids[0], Note(text=words("They answered kindly.")), who=words("Ben"))


def vet(kb: KnowledgeBase, brief: Brief, ids: Sequence[str], words: Words) -> None:
    """Screen organizations, decide on the first finding of each, answer a question, and take a reply down."""
    office, desk = VettingOffice(kb), kb.casework
    office.screen(office.names_of(ids), POLICIES, record=True, who="Ada", brief=brief)
    for key in ids:
        for item in desk.case(key, POLICIES).findings[:1]:
            evidence = words("https://example.org/minutes")
            desk.decide(key, POLICIES, item.id, Ruling.CONFIRMED, words("It holds."), evidence=evidence, who="Ada")
    answer = NewAnswer(area="money", state="acceptable", note=words("The accounts are audited."))
    desk.record_answers(ids[0], POLICIES, [answer], who="Ada")
    reply = NewReply(text=words("We stopped that in May."), received_on=DAY, sender=words("Their office"))
    desk.record_reply(ids[0], POLICIES, reply, who="Ada")


def plan(kb: KnowledgeBase, brief: Brief, partner: str, words: Words) -> None:
    """Save a plan with a partner, with one field written by hand, and check how the partnership fares."""
    planning = Planning(Matcher(kb, TinyEncoder()))
    planning.matcher.columns()
    draft = planning.draft(brief, [partner])
    written = set_cell(draft, "exit", "notice", "text", words("Three months."), who="Ada")
    planning.save(written, based_on=0, note=words("A first version."), who="Ada")
    answers = dict.fromkeys(instrument_of(DEFAULT).items, 4)
    planning.check_health(brief.id, partner, answers, on=DAY, notes=words("All well."), who="Ada")


def twins(kb: KnowledgeBase, key: str) -> None:
    """Add an organization that looks like another one."""
    one = kb.get(key)
    kb.add(Organization(id=f"{key}-two", name=one.name, country=one.country, website=one.website))


def listed(kb: KnowledgeBase, words: Words) -> None:
    """Put a watchlist in use that was read today."""
    entity = ListedEntity("sample", "1", words("Crooked Bridges"), (), (), ("KE",), (), "", "", "", None, None, "row 1")
    kb.watchlists.put_in_use(
        Watchlist("sample", words("A sample list"), words("A publisher"), None, date.today(), (entity,)), who="Ada"
    )


def work(kb: KnowledgeBase, brief: Brief, ids: Sequence[str], words: Words = str) -> None:
    """Do all of it; every text of a person passes through `words`."""
    listed(kb, words)
    shortlist(kb, brief, ids, words)
    vet(kb, brief, ids, words)
    plan(kb, brief, ids[0], words)
    twins(kb, ids[0])
