"""Due diligence on a candidate: what is asked, what is known, what people answered, and how much is called for.

Facts are laid beside a question and settle it only where a policy excludes the organization. Everything
else stays *insufficient information* until a person answers; it is never shown or counted as acceptable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from kb.casework.findings import Ground, Severity
from kb.casework.vetting_cases import Answer
from kb.vocabulary import load_vocabulary
from matcher.vetting.diligence_facts import Known, Pair, known_facts, questions_raised
from matcher.vetting.diligence_questions import INSUFFICIENT, Question, Section, Tier, load_catalogue
from matcher.vetting.diligence_risk import CheckState, Risk, ScreeningFacts, checks_of, risk_of

ACCEPTABLE_PARTNER = "area.acceptable_partner"
NOT_ACCEPTABLE = "not_acceptable"
MOST_AUDIENCES = 2
Settled = Literal["nobody", "facts", "person"]


@dataclass(frozen=True)
class Asked:
    """A question that facts about this pair raise, and the facts."""

    text: str
    grounds: tuple[Ground, ...]


@dataclass(frozen=True)
class Item:
    """One question of due diligence, as it stands.

    Attributes
    ----------
    question : Question
    text : str
        The question with both names in it.
    raised : tuple of Asked
        Questions about this very pair.
    known : tuple of Known
        Facts for a person's answer.
    state : str
        A code of the section's scale.
    settled_by : {"nobody", "facts", "person"}
        *Facts* is a proposal, which a person confirms or overrides.
    answer : Answer or None
    """

    question: Question
    text: str
    raised: tuple[Asked, ...]
    known: tuple[Known, ...]
    state: str
    settled_by: Settled
    answer: Answer | None = None

    @property
    def assessed(self) -> bool:
        """Whether there is enough information for any state."""
        return self.state != INSUFFICIENT


@dataclass(frozen=True)
class Part:
    """A section with its items."""

    section: Section
    items: tuple[Item, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many items are in each state, in the order of the scale, states without any included."""
        found = Counter(item.state for item in self.items)
        return {state: found[state] for state in self.section.scale}


@dataclass(frozen=True)
class Diligence:
    """Due diligence on one candidate."""

    parts: tuple[Part, ...]
    risk: Risk
    tier: Tier
    checks: tuple[CheckState, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """All items of all sections."""
        return tuple(item for part in self.parts for item in part.items)

    @property
    def unanswered(self) -> int:
        """How many questions nobody has answered, proposals included."""
        return sum(item.settled_by != "person" for item in self.items)


def assess(pair: Pair, facts: ScreeningFacts, answers: Iterable[Answer] = ()) -> Diligence:
    """Lay what is known beside every question, and find the risk level and tier.

    Parameters
    ----------
    pair : Pair
    facts : ScreeningFacts
    answers : iterable of Answer
        The latest to each question; `area` is the section's code and `question` the question's. One without a
        question judges one of the nine areas, which `area` names.
    """
    catalogue = load_catalogue()
    words = _words(pair)
    recorded = {_key(answer): answer for answer in answers}
    known: dict[str, dict[tuple[str, str], Known]] = {}
    for fact in known_facts(pair):
        known.setdefault(fact.key, {}).setdefault((fact.about, fact.ground.text), fact)
    raised: dict[str, dict[str, Asked]] = {}
    for item in questions_raised(pair):
        prompt = catalogue.prompts[item.prompt]
        text = _filled(prompt.text, words | dict(item.fields))
        for key in prompt.keys:
            raised.setdefault(key, {}).setdefault(text, Asked(text, item.grounds))
    excluded = any(finding.severity is Severity.EXCLUDE for finding in pair.findings)
    parts = tuple(
        Part(
            section,
            tuple(
                _item(
                    section,
                    question,
                    _filled(question.text, words),
                    tuple(raised.get(question.key, {}).values()),
                    tuple(known.get(question.key, {}).values()),
                    recorded.get(question.key),
                    excluded,
                )
                for question in section.questions
            ),
        )
        for section in catalogue.sections
    )
    risk = risk_of(catalogue, pair, facts)
    tier = next(tier for tier in catalogue.tiers if risk.level in tier.levels)
    answered = {item.question.key for part in parts for item in part.items if item.settled_by == "person"}
    return Diligence(parts, risk, tier, tuple(checks_of(catalogue, tier, pair, facts, answered)))


def _key(answer: Answer) -> str:
    """Return the question that an answer is to; one without a question judges one of the nine areas."""
    return f"{answer.area}.{answer.question}" if answer.question else f"area.{answer.area}"


def _item(
    section: Section,
    question: Question,
    text: str,
    raised: tuple[Asked, ...],
    known: tuple[Known, ...],
    answer: Answer | None,
    excluded: bool,
) -> Item:
    if answer is not None and answer.state in section.scale:
        return Item(question, text, raised, known, answer.state, "person", answer)
    if excluded and question.key == ACCEPTABLE_PARTNER:
        return Item(question, text, raised, known, NOT_ACCEPTABLE, "facts", answer)
    return Item(question, text, raised, known, INSUFFICIENT, "nobody", answer)


def _words(pair: Pair) -> dict[str, str]:
    """Return what stands for both sides in the questions; without a brief, plain words."""
    brief, vocabulary = pair.brief, load_vocabulary()
    groups = [vocabulary.audiences[code].label.lower() for code in brief.audiences[:MOST_AUDIENCES]] if brief else []
    return {
        "name": pair.organization.name,
        "seeker": pair.seeker_name,
        "audience": ", ".join(groups) or "your priority audience",
        "behaviour": f"“{brief.title}”" if brief else "your programme",
    }


def _filled(text: str, words: Mapping[str, str]) -> str:
    """Put words into their places, and nothing that stands in them: a name may hold braces."""
    parts = text.split("{")
    filled = parts[0]
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        filled += words[name] + rest
    return filled[:1].upper() + filled[1:]
