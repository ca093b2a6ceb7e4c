"""What the Explore page asks: the landscape, networks, matrices and white space, kept until something changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dashboard.state import Desk, Recent, open_desk
from kb.brief import Brief
from kb.columns import Columns
from kb.organization import ClaimKind, Organization
from kb.standing import read_standing
from kb.vocabulary import Vocabulary
from matcher import Filters
from matcher.landscape import matrix
from matcher.landscape.directory import Directory, read_directory
from matcher.landscape.holding import holds
from matcher.landscape.landscape import Landscape, lay_out, layout_digest, name_groups
from matcher.landscape.network import Network, around, within_cause
from matcher.landscape.ties import TieFact, tie_facts
from matcher.landscape.white_space import Presence, Space, presence, white_space
from matcher.terms import apply_terms

Answer = TypeVar("Answer")
COUNTRIES = 12


@dataclass(frozen=True)
class BriefFit:
    """How well everybody fits a brief.

    Attributes
    ----------
    score : float32 (n,)
        0..100, by row of the columns.
    apart : bool (n,)
        Who is set apart by the brief's musts and red lines.
    """

    score: NDArray[np.float32]
    apart: NDArray[np.bool_]


class ExploreDesk:
    """All organizations at once, shared by all sessions; one computation at a time, recent answers kept."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._lock = threading.RLock()
        self._layouts = Recent(2)
        self._answers = Recent(64)
        self._columns: Columns | None = None

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary in force."""
        return self.desk.vocabulary

    def refresh(self) -> Columns:
        """Bring the columns up to date; everything is answered from them until the next time."""
        with self._lock:
            self._columns = self.desk.matcher.columns()
        return self._columns

    def columns(self) -> Columns:
        """Return the columns, as of the last refresh."""
        return self._columns or self.refresh()

    def _answer(self, key: Hashable, make: Callable[[Columns], Answer]) -> Answer:
        with self._lock:
            columns = self.columns()
            return self._answers.get((key, columns.last_change), lambda: make(columns))

    def kept(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Return something drawn from the answers, such as a chart, kept until the knowledge base changes."""
        return self._answer(("kept", key), lambda _: make())

    # The map ---------------------------------------------------------------------------------

    def landscape(self) -> Landscape:
        """Return the map; it is drawn anew only when a text was added, changed or removed."""
        return self._answer("landscape", self._landscape)

    def _landscape(self, columns: Columns) -> Landscape:
        layout = self._layouts.get(layout_digest(columns), lambda: lay_out(columns))
        return name_groups(columns, layout, self._texts)

    def _texts(self, numbers: Sequence[int]) -> Mapping[int, str]:
        return {number: item.text for number, item in self.desk.kb.by_number(list(numbers)).items()}

    def directory(self) -> Directory:
        """Return ids and names of all organizations."""
        return self._answer("directory", lambda _: read_directory(self.desk.kb))

    def fit(self, brief: Brief) -> BriefFit:
        """Return how well everybody fits a brief, by its own weights."""

        def judge(_: Columns) -> BriefFit:
            prepared = self.desk.prepare(brief)
            matcher = self.desk.matcher
            terms = apply_terms(prepared.at_most, Filters(), matcher.settings.must_strength)
            score = 100 * matcher.weighing(brief)(prepared.scores).score
            return BriefFit(np.asarray(score, np.float32), np.asarray(terms.kept_out))

        return self._answer(("fit", brief.model_dump_json()), judge)

    # The network -----------------------------------------------------------------------------

    def around(self, organization_id: str, most: int) -> Network | None:
        """Return the network around an organization, None when it is unknown."""

        def find(columns: Columns) -> Network | None:
            number = self.desk.kb.number_of(organization_id)
            row = None if number is None else columns.row_of(number)
            return None if row is None else around(columns, row, most, self._rejected())

        return self._answer(("around", organization_id, most), find)

    def within_cause(self, cause: str, most: int) -> Network:
        """Return the network among those known for a cause or one below it."""
        causes = self.causes(cause)
        return self._answer(
            ("within", cause, most), lambda columns: within_cause(columns, causes, most, self._rejected())
        )

    def cause_counts(self) -> Mapping[str, int]:
        """Count the organizations known for each cause or one below it; causes that nobody has are left out."""

        def count(columns: Columns) -> Mapping[str, int]:
            alive = columns.alive[: columns.n]
            found = {
                code: int(np.count_nonzero(holds(columns, ClaimKind.CAUSE, self.causes(code)) & alive))
                for code in self.vocabulary.causes
            }
            return {code: number for code, number in found.items() if number}

        return self._answer("causes", count)

    def tie_facts(self, network: Network) -> tuple[TieFact, ...]:
        """Return what joins the organizations of a network, each with how it is known and where from."""
        return self._answer(("ties", network), lambda columns: tie_facts(self.desk.kb, columns, network.ties))

    def _rejected(self) -> tuple[int, ...]:
        soft = read_standing(self.desk.kb).soft_engagements
        return tuple(number for number, status in soft.items() if status == "rejected")

    # Capacities ------------------------------------------------------------------------------

    def by_sector(self) -> matrix.CapacityMatrix:
        """Count capacities by sector."""
        return self._answer("by sector", matrix.by_sector)

    def by_country(self, works_there: bool) -> matrix.CapacityMatrix:
        """Count capacities by country, of the seat or of where they work."""
        return self._answer(
            ("by country", works_there), lambda columns: matrix.by_country(columns, COUNTRIES, works_there)
        )

    def in_sector(self, capacity: str, sector: str) -> NDArray[np.int64]:
        """Return the rows with a capacity in a sector, the strongest first."""
        return self._answer(
            ("in sector", capacity, sector),
            lambda columns: matrix.with_capacity(columns, capacity, matrix.in_sector(columns, sector)),
        )

    def in_country(self, capacity: str, country: str, works_there: bool) -> NDArray[np.int64]:
        """Return the rows with a capacity in a country, the strongest first."""
        return self._answer(
            ("in country", capacity, country, works_there),
            lambda columns: matrix.with_capacity(columns, capacity, matrix.in_country(columns, country, works_there)),
        )

    # White space -----------------------------------------------------------------------------

    def causes(self, cause: str) -> Collection[str]:
        """Return a cause with those below it; nothing for no cause."""
        return sorted(self.vocabulary.narrower(self.vocabulary.causes, cause)) if cause else ()

    def white_space(self, place: str, cause: str) -> tuple[Space, ...]:
        """Return how every capacity stands in a place, for a cause."""
        return self._answer(
            ("white space", place, cause), lambda columns: white_space(columns, place, self.causes(cause))
        )

    def presence(self, place: str, cause: str) -> Presence:
        """Return who is in a place, and who is known for a cause."""
        return self._answer(("presence", place, cause), lambda columns: presence(columns, place, self.causes(cause)))

    # Organizations ---------------------------------------------------------------------------

    def organizations(self, rows: Sequence[int]) -> list[Organization]:
        """Return the organizations of some rows, in that order."""
        numbers = self.columns().numbers[np.asarray(rows, np.int64)].tolist()
        found = self.desk.kb.by_number(numbers)
        return [found[number] for number in numbers if number in found]

    def name(self, row: int) -> str:
        """Return the name of the organization of a row."""
        return self.directory().name(int(self.columns().numbers[row]))


def open_explore() -> ExploreDesk:
    """Return the Explore desk of the knowledge base that the dashboard was started on."""
    explore = open_desk().beside(ExploreDesk)
    explore.refresh()
    return explore
