"""Casework on one database: vetting cases, partnerships, plans, and the trail of all of them."""

from __future__ import annotations

from collections.abc import Iterable

from kb.casework import trail
from kb.casework.partnership_desk import PartnershipDesk
from kb.casework.plans import PlanDesk
from kb.casework.trail import TrailCheck
from kb.casework.vetting_desk import VettingDesk

__all__ = ["Casework", "TrailCheck"]


class Casework(VettingDesk, PartnershipDesk, PlanDesk):
    """What people found, decided and agreed; `KnowledgeBase.casework` hands it out.

    Every method is one transaction. Whatever is recorded is added to the trail; nothing is changed or deleted.
    """

    def newest_event(self) -> int:
        """Return the number of the newest event, 0 when there is none; it grows with everything recorded."""
        with self._reading() as connection:
            return trail.newest(connection)

    def verify_trail(self, noted: Iterable[str] = ()) -> TrailCheck:
        """Check that the trail is as it was recorded; see `kb.casework.trail.verify`.

        Parameters
        ----------
        noted : iterable of str
            Head digests noted outside the database (each dossier prints one): they must still be in the trail.
        """
        with self._reading() as connection:
            return trail.verify(connection, noted)
