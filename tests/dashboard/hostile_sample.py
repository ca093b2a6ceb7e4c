"""A knowledge base in which every text that others write is an attack."""

from __future__ import annotations

from datetime import date

from casework_sample import work
from dashboard_sample import fill

from kb.brief import Brief, Need, Offer, RedLines, Seeker
from kb.knowledge_base import KnowledgeBase
from kb.organization import (
    MAX_NAME,
    MAX_TEXT,
    Claim,
    ClaimKind,
    ConcernRole,
    Engagement,
    Evidence,
    Organization,
    Participation,
    Relation,
    RelationKind,
    Source,
)

FORMULAS = ('=HYPERLINK("https://evil.example/h","x")', "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "=cmd|'/c calc'!A0")
ATTACK = (
    "![i](https://evil.example/i.png) [l](https://evil.example/l) <img src=https://evil.example/g.png onerror=alert(1)>"
    " <script>window.owned=1;alert(2)</script> <iframe src=https://evil.example/f></iframe> $\\LaTeX$ $$x^2$$ "
    ":material/skull: :red[r] :red-badge[b] <https://evil.example/a> www.evil.example javascript:alert(3) "
    "\u202edrow\u202c \u200b\u200d\u2066x\u2069 \u0645\u0631\u062d\u0628\u0627 {{7*7}} ${7*7} %s {0} \x0b\x1b[31m"
)
BRIEF, EVIL = "evil-brief", "evil"
LONG = "L" * 300


def hostile(text: str) -> str:
    """Put an attack, with a formula in front, into a text that a person writes."""
    return f"{FORMULAS[0]} {text} {ATTACK}"


def evil(key: str, formula: str, length: int = MAX_TEXT) -> Organization:
    """Return an organization with attacks in every field, its texts as long as they may be."""
    name = f"{formula} {key} {ATTACK}"[:MAX_NAME].strip()
    source = Source(name=f"{formula} {ATTACK}"[:MAX_NAME], url="javascript:alert(4)", row=hostile("row")[:MAX_NAME])
    words = (f"{formula} soap in village shops {ATTACK} {LONG} " * 60)[:length].strip()
    said = (Evidence(text=f"{formula} {ATTACK}", verbatim=True, where=ATTACK[:MAX_NAME]),)

    def claim(kind: ClaimKind, code: str, **more: object) -> Claim:
        return Claim(kind=kind, code=code, strength=0.9, source=source, evidence=said, **more)

    return Organization(
        id=key,
        name=name,
        aliases=(f"{formula} alias", ATTACK[:MAX_NAME]),
        sector="private",
        kind="company",
        country="KE",
        city=f"{formula} {ATTACK}"[:MAX_NAME],
        website="javascript:alert(5)//https://evil.example",
        mission=words,
        description=words,
        text_source=source,
        claims=(
            claim(ClaimKind.CAPACITY, "distribution"),
            claim(ClaimKind.CAPACITY, "promotion"),
            claim(ClaimKind.NEED, "credibility"),
            claim(ClaimKind.VALUE, "transparency"),
            claim(ClaimKind.PLACE, "KE"),
            claim(ClaimKind.CAUSE, "water_sanitation_hygiene"),
            claim(ClaimKind.CONCERN, "unhealthy_food", role=ConcernRole.CORE),
        ),
    )


def brief() -> Brief:
    """Return a brief whose every text is an attack."""
    return Brief(
        id=BRIEF,
        title=hostile("brief")[:200],
        seeker=Seeker(name=hostile("seeker")[:200], sector="public", country="KE"),
        behaviour=hostile("Mothers wash their hands with soap."),
        context=hostile("context"),
        causes=("water_sanitation_hygiene",),
        audiences=("mothers",),
        audience_text=hostile("audience"),
        places=("KE",),
        needs=(Need(code="distribution", text=hostile("shops")), Need(code="promotion", text=hostile("radio"))),
        offers=(Offer(code="credibility", text=hostile("seal")),),
        red_lines=RedLines(concerns=("alcohol",)),
    )


def fill_with_attacks(kb: KnowledgeBase) -> None:
    """Fill a knowledge base with the few usual organizations, attackers, their ties, and casework on them."""
    fill(kb)
    attackers = [evil(EVIL, FORMULAS[0])] + [evil(f"evil-{n}", formula, 600) for n, formula in enumerate(FORMULAS[1:])]
    source = attackers[0].claims[0].source
    together = tuple(Participation(organization_id=key, role=ATTACK[:MAX_NAME]) for key in (EVIL, "evil-0", "soap"))
    kb.add(
        *attackers,
        Engagement(
            id="evil-work",
            title=hostile("work")[:MAX_NAME],
            text=ATTACK,
            participations=together,
            source=source,
            start_date=date(2025, 1, 1),
        ),
        Relation(
            subject_id=EVIL,
            kind=RelationKind.FUNDS,
            object_id="soap",
            evidence=(Evidence(text=ATTACK),),
            source=source,
        ),
    )
    kb.save_brief(brief(), who=hostile("who")[:200])
    work(kb, brief(), (EVIL, "evil-0", "evil-1"), lambda text: hostile(text)[:MAX_NAME])
