"""What was recognized in a text, before anyone confirmed it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from kb.brief import Brief, Need, Offer, RedLines, Seeker
from kb.errors import BriefError
from kb.organization import MAX_TEXT

Kind = Literal["need", "offer", "audience", "place", "cause", "value", "red_line", "sector"]
Refused = Literal["", "concern", "sector", "country"]


@dataclass(frozen=True)
class Recognized:
    """One thing that a text seems to say.

    Attributes
    ----------
    kind : str
        The field of the brief it would fill.
    code, label : str
        The vocabulary term, and its words.
    quote : str
        The clause it rests on; stands in the text letter by letter.
    must : bool
        Only for needs: the text calls it indispensable.
    importance : float in 0..1
        Only for needs: how much weight the text gives it.
    confidence : float in 0..1
        How sure the reading is; low values deserve a second look.
    refused : str
        Only for red lines: whether `code` is a concern, a sector or a country.
    """

    kind: Kind
    code: str
    label: str
    quote: str
    must: bool = False
    importance: float = 0.6
    confidence: float = 0.7
    refused: Refused = ""


@dataclass(frozen=True)
class Draft:
    """Everything recognized in a text, for a person to confirm.

    Attributes
    ----------
    recognized : tuple of Recognized
        In the order of the text, grouped by kind.
    notes : tuple of str
        What a person should know or decide: ambiguities, things left out, things that seem missing.
    behaviour : str
        The sentence that states the behaviour to change, quoted; empty when none does.
    owned : tuple of Recognized
        Capacities that the seeker has and does not offer.
    """

    recognized: tuple[Recognized, ...] = ()
    notes: tuple[str, ...] = ()
    behaviour: str = ""
    owned: tuple[Recognized, ...] = ()

    def of(self, kind: Kind) -> tuple[Recognized, ...]:
        """Return what was recognized of one kind."""
        return tuple(item for item in self.recognized if item.kind == kind)

    def codes(self, kind: Kind) -> tuple[str, ...]:
        """Return the codes of one kind."""
        return tuple(item.code for item in self.of(kind))


def draft_to_brief(
    draft: Draft,
    accepted: Collection[int] | None,
    *,
    id: str,
    title: str,
    seeker: Seeker,
    text: str,
    behaviour: str | None = None,
) -> Brief:
    """Build a brief from what a person confirmed.

    Parameters
    ----------
    accepted : collection of int or None
        Positions in `draft.recognized`; None confirms all.
    text : str
        The text that was read; kept as the context, cut at `kb.organization.MAX_TEXT` characters.
    behaviour : str or None
        Words to use instead of the draft's sentence.

    Raises
    ------
    BriefError
        When a position does not exist.
    """
    positions = range(len(draft.recognized)) if accepted is None else sorted(set(accepted))
    wrong = [position for position in positions if not 0 <= position < len(draft.recognized)]
    if wrong:
        raise BriefError(
            f"accepted: {', '.join(map(str, wrong))} is not among the {len(draft.recognized)} recognized items, "
            "which are counted from 0"
        )
    chosen = [draft.recognized[position] for position in positions]

    def codes(kind: Kind, refused: Refused = "") -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.code for item in chosen if item.kind == kind and item.refused == refused))

    needs: dict[str, Need] = {}
    for item in chosen:
        if item.kind == "need" and item.code not in needs:
            needs[item.code] = Need(code=item.code, text=item.quote, importance=item.importance, must=item.must)
    offers = {item.code: Offer(code=item.code, text=item.quote) for item in chosen if item.kind == "offer"}
    return Brief(
        id=id,
        title=title,
        seeker=seeker,
        behaviour=draft.behaviour if behaviour is None else behaviour,
        context=text[:MAX_TEXT],
        causes=codes("cause"),
        audiences=codes("audience"),
        places=codes("place"),
        needs=tuple(needs.values()),
        offers=tuple(offers.values()),
        values=codes("value"),
        sectors=codes("sector"),
        red_lines=RedLines(
            concerns=codes("red_line", "concern"),
            sectors=codes("red_line", "sector"),
            countries=codes("red_line", "country"),
        ),
    )
