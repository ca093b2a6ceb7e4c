"""The brief: what a social marketer looks for in a partner, and what is offered in return."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from kb.organization import Fraction, Frozen, Name, ShortText, Text


class Need(Frozen):
    """A capacity (or asset) that the programme lacks.

    Attributes
    ----------
    code : str
        A capacity or asset of the vocabulary.
    text : str
        The need in plain words; it sharpens the semantic search.
    importance : float in 0..1
        Weight of this need among the needs.
    must : bool
        A candidate that is not known to have it is set apart from the ranking, with the reason.
    """

    code: Name
    text: Text = ""
    importance: Fraction = 0.6
    must: bool = False


class Offer(Frozen):
    """A capacity or asset that the seeker is willing to lend."""

    code: Name
    text: Text = ""


class RedLines(Frozen):
    """What the seeker will not accept in a partner. A candidate that crosses one is set apart."""

    concerns: tuple[ShortText, ...] = ()
    include_minor: bool = True
    sectors: tuple[ShortText, ...] = ()
    countries: tuple[ShortText, ...] = ()
    organizations: tuple[ShortText, ...] = ()


class Seeker(Frozen):
    """Who is looking. `organization_id` points into the knowledge base when the seeker is in it."""

    name: ShortText = ""
    organization_id: ShortText | None = None
    sector: ShortText | None = None
    kind: ShortText | None = None
    country: ShortText | None = None
    concerns: tuple[ShortText, ...] = ()
    regulates: tuple[ShortText, ...] = ()


class Brief(Frozen):
    """A behaviour to change, for an audience, in places, with needs, offers and red lines.

    Attributes
    ----------
    behaviour : str
        The behaviour to change, in plain words.
    causes, audiences, places, values : tuple of vocabulary codes
        `places` are ISO 3166-1 alpha-2 codes or regions of places.yaml.
    sectors : tuple of str
        Sectors wanted; empty means any.
    weights : dict of str to float
        Component weights saved with the brief; missing ones take the default.
    caution : float in 0..1 or None
        How far the unknown is drawn to what is usual; None takes the default.
    diversity : float in 0..1
        0 ranks by score alone; higher spreads the list (maximal marginal relevance).
    policies : tuple of str
        Policy packs whose exclusions set candidates apart from the ranking.
    exclusivity, endorsement : bool
        The partnership would be exclusive; the seeker would endorse the partner or its products.
    """

    id: Name
    title: Name
    seeker: Seeker = Seeker()
    behaviour: Text = ""
    context: Text = ""
    causes: tuple[ShortText, ...] = ()
    audiences: tuple[ShortText, ...] = ()
    audience_text: Text = ""
    places: tuple[ShortText, ...] = ()
    needs: tuple[Need, ...] = ()
    offers: tuple[Offer, ...] = ()
    values: tuple[ShortText, ...] = ()
    sectors: tuple[ShortText, ...] = ()
    red_lines: RedLines = RedLines()
    weights: dict[str, float] = Field(default_factory=dict)
    caution: Fraction | None = None
    diversity: Fraction = 0.0
    policies: tuple[ShortText, ...] = ()
    exclusivity: bool = False
    endorsement: bool = False

    @model_validator(mode="after")
    def _unique_needs(self) -> Self:
        codes = [need.code for need in self.needs]
        doubled = sorted({code for code in codes if codes.count(code) > 1})
        if doubled:
            raise ValueError(f"needs: {', '.join(doubled)} is asked for twice; merge them into one need")
        return self
