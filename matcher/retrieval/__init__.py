"""Retrieval of needs: a need in plain words finds the organizations that have what it asks for."""

from matcher.retrieval.explanation import FacetMatch, NeedHit
from matcher.retrieval.ranking import NeedIndex, index_texts, rank_for_need, search_needs

__all__ = ["FacetMatch", "NeedHit", "NeedIndex", "index_texts", "rank_for_need", "search_needs"]
