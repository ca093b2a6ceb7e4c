"""The matcher: it judges. Ranking, explanation and everything else computed lives here."""

from matcher.api import find_partners, open_matcher
from matcher.results import Candidate, Ranking
from matcher.service import Matcher
from matcher.terms import Filters

__all__ = ["Candidate", "Filters", "Matcher", "Ranking", "find_partners", "open_matcher"]
