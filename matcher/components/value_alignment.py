"""Value alignment: do both sides stand for the same principles."""

from __future__ import annotations

import numpy as np

from kb.organization import ClaimKind, Organization
from kb.vocabulary import Vocabulary
from matcher.components.base import Facts, claim_reasons, strongest
from matcher.query import Floats, Query, Scored
from matcher.results import Reason


def stood_for(query: Query) -> tuple[str, ...]:
    """Return the seeker's principles: those of the brief, then those of its own profile."""
    own = query.seeker.claims_of(ClaimKind.VALUE) if query.seeker else ()
    return tuple(dict.fromkeys((*query.brief.values, *(claim.code for claim in own))))


def opposed(vocabulary: Vocabulary, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the principles that pull against any of the given ones."""
    against = {other for code in values for other in vocabulary.values[code].opposes}
    against |= {code for code, term in vocabulary.values.items() if set(term.opposes) & set(values)}
    return tuple(sorted(against))


def conflicts(vocabulary: Vocabulary, values: tuple[str, ...], organization: Organization) -> tuple[str, ...]:
    """Return the organization's principles that pull against the given ones."""
    against = set(opposed(vocabulary, values))
    return tuple(claim.code for claim in organization.claims_of(ClaimKind.VALUE) if claim.code in against)


class ValueAlignment:
    """Whether both sides stand for the same principles.

    Shared principles raise it, opposed ones lower it. It rests on stated principles only: similar words are not
    shared values.
    """

    name = "value_alignment"
    label = "Shares the values"

    def asked(self, query: Query) -> bool:
        """Return whether the seeker's principles are known."""
        return bool(stood_for(query))

    def score(self, scored: Scored) -> Floats:
        """Return 0.5 plus what is shared, minus what is opposed; NaN where nothing bears on the question."""
        columns, query = scored.columns, scored.query
        values = stood_for(query)
        shared = np.zeros(columns.n, np.float32)
        for code in values:
            shared += strongest(columns, ClaimKind.VALUE, [code])
        against = opposed(query.vocabulary, values)
        clash = strongest(columns, ClaimKind.VALUE, against) if against else np.zeros(columns.n, np.float32)
        aligned = np.minimum(shared / np.float32(min(len(values), 2)), 1)
        value = np.clip(0.5 + 0.5 * aligned - clash, 0, 1)
        return np.where((shared > 0) | (clash > 0), value, np.nan).astype(np.float32)

    def reasons(self, query: Query, facts: Facts) -> tuple[Reason, ...]:
        """Return shared principles, then opposed ones."""
        values = stood_for(query)
        return claim_reasons(facts, ClaimKind.VALUE, (*values, *opposed(query.vocabulary, values)), query.vocabulary)
