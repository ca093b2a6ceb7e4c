"""From a match to a partnership: the exchange of a pair, coalitions, missing seats and common ground."""

from __future__ import annotations

from collections.abc import Sequence

from kb.brief import Brief
from matcher.coalition.candidates import Asked
from matcher.coalition.common_ground import CommonGround, find_common_ground
from matcher.coalition.results import Coalitions
from matcher.coalition.rules import load_coalition_rules
from matcher.coalition.searching import check_asked, search_coalitions
from matcher.coalition.seats import Seat
from matcher.coalition.table import seats_at
from matcher.errors import BriefProblemError, MatcherError
from matcher.exchange.ledger import Ledger
from matcher.exchange.pairing import Exchange, exchange_of, ledger_of
from matcher.exchange.power import Power
from matcher.scene import Scene, open_scene
from matcher.service import Matcher

__all__ = ["Exchange", "Partnering"]


class Partnering:
    """The use cases after matching, on the knowledge base of a matcher.

    Every method raises `BriefProblemError` when the brief cannot be answered, and
    `kb.errors.UnknownOrganizationError` when there is no organization of a name, each with what to change.
    """

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = matcher

    def ledger(self, brief: Brief, organization_id: str) -> Ledger:
        """Return what the seeker and an organization give and get, with evidence.

        Raises
        ------
        MatcherError
            When it is the seeker itself.
        """
        return ledger_of(self._scene(brief), self.matcher.kb.get(organization_id))

    def exchange(self, brief: Brief, organization_id: str) -> Exchange:
        """Return the ledger with power, terms, common ground and flags; raises as `ledger` does."""
        return exchange_of(self._scene(brief), self.matcher.kb.get(organization_id))

    def power(self, brief: Brief, organization_id: str) -> Power:
        """Return mutual dependence and power imbalance of the seeker and an organization; raises as `ledger` does."""
        return self.exchange(brief, organization_id).power

    def coalition(
        self,
        brief: Brief,
        *,
        smallest: int | None = None,
        largest: int | None = None,
        sectors: Sequence[str] = (),
        kept: Sequence[str] = (),
        excluded: Sequence[str] = (),
        count: int | None = None,
    ) -> Coalitions:
        """Find sets of partners that together cover the needs of a brief, different from one another.

        Parameters
        ----------
        smallest, largest : int, optional
            Number of partners, 2 to 8; the seeker is not counted.
        sectors : sequence of str
            Sectors that must be represented among the partners.
        kept : sequence of str
            Ids of organizations that are on board already.
        excluded : sequence of str
            Ids that policy keeps out.
        count : int, optional
            How many different coalitions.

        Raises
        ------
        BriefProblemError
            When the brief, or what is asked of the coalition, cannot be answered; the message says what to change.
        """
        rules = load_coalition_rules()
        fewest = rules.sizes["smallest"] if smallest is None else smallest
        most = max(fewest, rules.sizes["largest"]) if largest is None else largest
        kept = [self.matcher.kb.get(name).id for name in dict.fromkeys(kept)]
        asked = Asked(fewest, most, tuple(sectors), tuple(kept), tuple(excluded))
        problems = check_asked(brief, asked, self.matcher.vocabulary)
        if problems:
            raise BriefProblemError(problems)
        return search_coalitions(self._scene(brief), asked, count or rules.alternatives["count"])

    def seats(self, brief: Brief, organization_ids: Sequence[str]) -> tuple[Seat, ...]:
        """Return every kind of stakeholder: who at the table represents it, and whom to ask where nobody does.

        The seeker sits at the table too.
        """
        return seats_at(self._scene(brief), [self.matcher.kb.get(name) for name in dict.fromkeys(organization_ids)])

    def common_ground(self, organization_ids: Sequence[str], brief: Brief | None = None) -> CommonGround:
        """Return what two or more organizations share, quoted from each.

        Raises
        ------
        MatcherError
            When fewer than two different organizations are named.
        """
        chosen = {item.id: item for item in (self.matcher.kb.get(name) for name in organization_ids)}
        if len(chosen) < 2:
            raise MatcherError("common ground needs two or more different organizations; name another one")
        return find_common_ground(list(chosen.values()), self.matcher.vocabulary, brief.places if brief else ())

    def _scene(self, brief: Brief) -> Scene:
        return open_scene(self.matcher, brief)
