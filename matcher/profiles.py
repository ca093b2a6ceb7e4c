"""Profiles and engagements read from the knowledge base, kept while it does not change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from kb.knowledge_base import KnowledgeBase
from kb.organization import Engagement, Organization, Relation
from kb.vocabulary import load_vocabulary
from matcher.components.base import Profile

MOST = 5_000
Record = TypeVar("Record")


class _Kept(Generic[Record]):
    """Records by number; all are dropped at a new change, or when there are too many."""

    def __init__(self, read: Callable[[Sequence[int]], dict[int, Record]]) -> None:
        self._read = read
        self._records: dict[int, Record] = {}
        self._change = -1

    def get(self, numbers: Sequence[int], change: int) -> Mapping[int, Record]:
        if change != self._change or len(self._records) > MOST:
            self._records, self._change = {}, change
        missing = [number for number in dict.fromkeys(numbers) if number not in self._records]
        if missing:
            self._records |= self._read(missing)
        return self._records


@dataclass(frozen=True)
class Seeking:
    """The seeker as the knowledge base has it."""

    organization: Organization
    number: int | None
    relations: tuple[Relation, ...]


class Profiles:
    """What explanations read, by the numbers that the columns use.

    Every call names the change up to which the columns are true; what was kept from before is dropped.
    """

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb
        self._profiles: _Kept[Profile] = _Kept(self._read_profiles)
        self._engagements: _Kept[Engagement] = _Kept(kb.engagements_by_number)
        self._seeker: tuple[str, int, Seeking] | None = None

    def _read_profiles(self, numbers: Sequence[int]) -> dict[int, Profile]:
        vocabulary = load_vocabulary()
        return {number: Profile(found, vocabulary) for number, found in self.kb.by_number(numbers).items()}

    def of(self, numbers: Sequence[int], change: int) -> Mapping[int, Profile]:
        """Return profiles by number; others may be among them."""
        return self._profiles.get(numbers, change)

    def seeker(self, organization_id: str, change: int) -> Seeking:
        """Return the seeker's profile, number and relations."""
        if self._seeker is None or self._seeker[:2] != (organization_id, change):
            organization = self.kb.get(organization_id)
            number = self.kb.number_of(organization.id)
            relations = tuple(self.kb.relations_of(organization.id))
            self._seeker = (organization_id, change, Seeking(organization, number, relations))
        return self._seeker[2]

    def engagements(self, numbers: Sequence[int], change: int) -> Mapping[int, Engagement]:
        """Return engagements by number; others may be among them."""
        return self._engagements.get(numbers, change)
