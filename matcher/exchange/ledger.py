"""The give/get ledger: what each side gives and gets, with evidence, and what stays open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kb.organization import ClaimStatus
from kb.vocabulary import Vocabulary
from matcher.exchange.parties import Item, Party
from matcher.exchange.value_types import ValueType, ValueTypes, value_types
from matcher.results import Reason

BROADER_SHARE = 0.4
"""How much a cause counts that is only the wider field of the other side's, as in mission fit."""

CAUSE = "cause"
LENT = "lent"


@dataclass(frozen=True)
class Agreement:
    """What people fill in for a benefit: objective, measure, date and who is accountable. Empty until then."""

    objective: str = ""
    measure: str = ""
    due: date | None = None
    accountable: str = ""


@dataclass(frozen=True)
class Line:
    """One thing that the giver has and the receiver wants, or headway on a cause that both pursue.

    Attributes
    ----------
    subject : str
        ``lent`` for a capacity or asset, ``cause`` for headway on a shared cause.
    importance : float in 0..1
        How much the receiver wants it.
    strength : float in 0..1
        How much of it the giver has.
    offered : bool
        Whether the giver said that it would lend it; for a cause, True: pursuing it is what the giver does.
    wanted, had : tuple of Reason
        Evidence for the want and for the having.
    """

    giver: str
    receiver: str
    subject: str
    code: str
    label: str
    value_type: ValueType
    importance: float
    strength: float
    offered: bool
    wanted: tuple[Reason, ...]
    had: tuple[Reason, ...]
    agreement: Agreement = Agreement()

    @property
    def status(self) -> ClaimStatus:
        """How well the line is known: the weaker of the best evidence for the want and for the having."""
        order = (ClaimStatus.CONFIRMED, ClaimStatus.STATED, ClaimStatus.INFERRED, ClaimStatus.UNVERIFIED)
        ranks = [min((order.index(item.status) for item in side), default=3) for side in (self.wanted, self.had)]
        return order[max(ranks)]


@dataclass(frozen=True)
class OpenWant:
    """A want that the other side is not known to meet. `known_lacking` when a person has ruled it out."""

    item: Item
    known_lacking: bool
    held_back: bool = False


class Gain(StrEnum):
    """What one side gets, as far as is known."""

    WANTED = "something it asks for"
    CAUSE_ONLY = "headway on its cause alone"
    NOTHING = "nothing that it is known to want"
    UNKNOWN = "not assessed"


@dataclass(frozen=True)
class Ledger:
    """Both directions of an exchange between two parties.

    Attributes
    ----------
    first_gives, second_gives : tuple of Line
        Most important first.
    first_open, second_open : tuple of OpenWant
        What each side wants and the other is not known to give.
    first_gain, second_gain : Gain
    """

    first: Party
    second: Party
    first_gives: tuple[Line, ...]
    second_gives: tuple[Line, ...]
    first_open: tuple[OpenWant, ...]
    second_open: tuple[OpenWant, ...]
    first_gain: Gain
    second_gain: Gain

    def swapped(self) -> Ledger:
        """Return the same ledger seen from the other side."""
        return Ledger(
            self.second,
            self.first,
            self.second_gives,
            self.first_gives,
            self.second_open,
            self.first_open,
            self.second_gain,
            self.first_gain,
        )

    @property
    def one_sided(self) -> bool | None:
        """Whether exactly one side gets something that it wants or works for; None when that is not known."""
        gains = (self.first_gain, self.second_gain)
        if Gain.UNKNOWN in gains:
            return None
        return (gains[0] is Gain.NOTHING) != (gains[1] is Gain.NOTHING)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader must know about the balance of the exchange."""
        return tuple(_notes(self))


def make_ledger(first: Party, second: Party, vocabulary: Vocabulary) -> Ledger:
    """Set what each side has against what the other wants, and the causes that both pursue."""
    types = value_types(vocabulary)
    first_gives = _gives(first, second, vocabulary, types)
    second_gives = _gives(second, first, vocabulary, types)
    return Ledger(
        first,
        second,
        first_gives,
        second_gives,
        _open(first, second),
        _open(second, first),
        _gain(first, second_gives, second),
        _gain(second, first_gives, first),
    )


def _gives(giver: Party, receiver: Party, vocabulary: Vocabulary, types: ValueTypes) -> tuple[Line, ...]:
    lines = []
    for want in receiver.wants:
        had = giver.item(want.code)
        if had is None or had.strength <= 0:
            continue
        kind = types.by_code[want.code]
        lines.append(_line(giver, receiver, LENT, want, had, kind, had.offered))
    for own, other, share in shared_causes(giver, receiver, vocabulary):
        line = _line(giver, receiver, CAUSE, other, own, types.of_causes, True, share)
        lines.append(line)
    return tuple(sorted(lines, key=lambda line: (-line.importance * line.strength, line.subject, line.code)))


def _line(
    giver: Party,
    receiver: Party,
    subject: str,
    want: Item,
    had: Item,
    kind: ValueType,
    offered: bool,
    share: float = 1.0,
) -> Line:
    label = want.label if subject == LENT else _headway(want, had)
    return Line(
        giver.key,
        receiver.key,
        subject,
        want.code,
        label,
        kind,
        want.strength,
        had.strength * share,
        offered,
        want.reasons,
        had.reasons,
    )


def _headway(want: Item, had: Item) -> str:
    through = "" if want.code == had.code else f" (through {had.label.lower()})"
    return f"Headway on {want.label.lower()}{through}"


def shared_causes(giver: Party, receiver: Party, vocabulary: Vocabulary) -> Iterator[tuple[Item, Item, float]]:
    """Yield pairs of causes that are the same, or one the field of the other, with how much they count.

    A wider or narrower cause is only taken where neither side names the very same.
    """
    same = {item.code for item in giver.causes} & {item.code for item in receiver.causes}
    for own in giver.causes:
        for other in receiver.causes:
            if own.code == other.code:
                yield own, other, 1.0
            elif own.code not in same and other.code not in same and _related(own.code, other.code, vocabulary):
                yield own, other, BROADER_SHARE


def _related(one: str, other: str, vocabulary: Vocabulary) -> bool:
    return one in vocabulary.broader(vocabulary.causes, other) or other in vocabulary.broader(vocabulary.causes, one)


def _open(receiver: Party, giver: Party) -> tuple[OpenWant, ...]:
    held_back = {item.code for item in giver.held_back}
    return tuple(
        OpenWant(want, want.code in giver.lacks, want.code in held_back)
        for want in receiver.wants
        if (had := giver.item(want.code)) is None or had.strength <= 0
    )


def _gain(receiver: Party, lines: tuple[Line, ...], giver: Party) -> Gain:
    if any(line.subject == LENT for line in lines):
        return Gain.WANTED
    if not receiver.wants_known or not giver.has_known:
        return Gain.UNKNOWN
    return Gain.CAUSE_ONLY if lines else Gain.NOTHING


def _notes(ledger: Ledger) -> Iterator[str]:
    sides = (
        (ledger.first, ledger.first_gain, ledger.first_open, ledger.second),
        (ledger.second, ledger.second_gain, ledger.second_open, ledger.first),
    )
    if ledger.one_sided:
        loser = ledger.first if ledger.first_gain is Gain.NOTHING else ledger.second
        yield f"One-sided, as far as is known: nothing that {loser.name} is known to want comes back to it."
    elif ledger.one_sided is False and ledger.first_gain is Gain.NOTHING:
        yield "No exchange is known: neither side has anything that the other is known to want."
    for party, gain, wants, giver in sides:
        if gain is Gain.UNKNOWN and not party.wants_known:
            yield f"What {party.name} wants is not known; ask before anything is promised."
        elif gain is Gain.UNKNOWN:
            yield f"What {giver.name} can give is not known; a seeker can say so in the offers of the brief."
        elif gain is Gain.CAUSE_ONLY:
            words = ", ".join(item.item.label.lower() for item in wants)
            yield f"{party.name} gains headway on its own cause, and nothing else that it is known to want ({words})."
        back = [item.item.label.lower() for item in wants if item.held_back]
        if back:
            yield f"{giver.name} is known to have {', '.join(back)}, which {party.name} wants, and does not offer it."
