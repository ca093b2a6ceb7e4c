"""Much at once: many briefs, all pairs, all texts; on this machine, or spread over workers."""

from matcher.bulk.briefs import find_partners_for_many
from matcher.bulk.pairs import Pairs

__all__ = ["Pairs", "find_partners_for_many"]
