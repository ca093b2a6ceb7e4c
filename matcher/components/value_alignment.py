"""Value alignment: do both sides stand for the same principles."""

from __future__ import annotations

import numpy as np

from kb.organization import ClaimKind
from matcher.components.base import Facts, claim_reasons, strongest, unknown_to_nan
from matcher.query import Query, Scored
from matcher.results import Reason
from matcher.similarity import Floats


def stood_for(query: Query) -> tuple[str, ...]:
    """Return the seeker's principles: those of the brief, then those of its own profile."""
    own = query.seeker.claims_of(ClaimKind.VALUE) if query.seeker else ()
    return tuple(dict.fromkeys((*query.brief.values, *(claim.code for claim in own))))


def opposed(query: Query) -> tuple[str, ...]:
    """Return the principles that pull against any of the seeker's."""
    values = query.once(stood_for)
    against = {other for code in values for other in query.vocabulary.values[code].opposes}
    against |= {code for code, term in query.vocabulary.values.items() if set(term.opposes) & set(values)}
    return tuple(sorted(against))


class ValueAlignment:
    """Whether both sides stand for the same principles.

    Shared principles raise it, opposed ones lower it. It rests on stated principles only: similar words are not
    shared values.
    """

    name = "value_alignment"
    label = "Shares the values"
    reads_texts = False

    def asked(self, query: Query) -> bool:
        """Return whether the seeker's principles are known."""
        return bool(query.once(stood_for))

    def score(self, scored: Scored) -> Floats:
        """Return 0.5 plus what is shared, minus what is opposed; NaN where nothing bears on the question."""
        query = scored.query
        values = query.once(stood_for)
        shared = np.zeros(scored.n, np.float32)
        for code in values:
            shared += strongest(scored, ClaimKind.VALUE, [code])
        against = query.once(opposed)
        clash = strongest(scored, ClaimKind.VALUE, against) if against else np.zeros(scored.n, np.float32)
        aligned = np.minimum(shared / np.float32(min(len(values), 2)), 1)
        value = np.clip(0.5 + 0.5 * aligned - clash, 0, 1)
        return unknown_to_nan(value, (shared > 0) | (clash > 0))

    def reasons(self, query: Query, facts: Facts) -> tuple[Reason, ...]:
        """Return shared principles, then opposed ones."""
        return claim_reasons(facts.profile, ClaimKind.VALUE, (*query.once(stood_for), *query.once(opposed)))
