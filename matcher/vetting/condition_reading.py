"""From YAML to conditions; every wrong word is told with its line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import yaml

from kb.organization import ClaimStatus, ConcernRole
from kb.vocabulary import Vocabulary
from matcher.vetting.conditions import (
    ENGAGEMENT,
    MOST_STEPS,
    TIES,
    AllOf,
    AnyOf,
    BriefTerm,
    Concern,
    Condition,
    Identity,
    Linked,
    Listed,
    Not,
    RegulatedBySeeker,
    SeekerIs,
    parts_of,
)
from matcher.vetting.yaml_lines import LineReader

THRESHOLD = "threshold"
HELD = frozenset(ClaimStatus) - {ClaimStatus.REJECTED}


class ConditionReader:
    """Reads the conditions of one file."""

    def __init__(self, reader: LineReader, vocabulary: Vocabulary) -> None:
        self._reader = reader
        self._known: Mapping[str, Collection[str]] = {
            "sector": vocabulary.sectors,
            "kind": vocabulary.kinds,
            "industry": vocabulary.industries,
            "country": vocabulary.places,
        }
        self._vocabulary = vocabulary
        self._readers: dict[str, Callable[[yaml.Node], Condition | None]] = {
            "all": lambda node: self._parts(node, AllOf, "all"),
            "any": lambda node: self._parts(node, AnyOf, "any"),
            "not": self._not,
            "concern": self._concern,
            "listed": self._listed,
            "linked": self._linked,
            "brief": self._brief,
            "seeker": self._seeker,
            "regulated_by_seeker": self._regulated,
            **{field: self._identity_of(field) for field in self._known},
        }

    def read(self, node: yaml.Node) -> Condition | None:
        """Return a condition; None when anything in it is wrong, with the problems noted."""
        entries = self._reader.fields(node, "condition", self._readers)
        if len(entries) != 1:
            if isinstance(node, yaml.MappingNode) and len(node.value) != 1:
                self._reader.complain(
                    node, "condition: has exactly one key; put several conditions under `all` or `any`"
                )
            return None
        ((name, inner),) = entries.items()
        return self._readers[name](inner)

    def _parts(self, node: yaml.Node, kind: type[AllOf] | type[AnyOf], name: str) -> Condition | None:
        items = self._reader.items(node, name)
        if not items and isinstance(node, yaml.SequenceNode):
            self._reader.complain(node, f"{name}: is empty")
        parts = [self.read(item) for item in items]
        found = tuple(part for part in parts if part is not None)
        return kind(found) if found and len(found) == len(parts) else None

    def _not(self, node: yaml.Node) -> Condition | None:
        part = self.read(node)
        return None if part is None else Not(part)

    def _concern(self, node: yaml.Node) -> Condition | None:
        reader = self._reader
        fields = reader.fields(node, "concern", {"codes", "role", "share_above", "share", "status"}, needed=("codes",))
        if "codes" not in fields:
            return None
        codes = reader.words(fields["codes"], "concern codes", self._vocabulary.concerns)
        role = reader.word(fields["role"], "role", ("core", "minor", "any")) if "role" in fields else "any"
        above, by_threshold = None, False
        if "share_above" in fields:
            by_threshold = fields["share_above"].value == THRESHOLD
            if not by_threshold:
                above = reader.number(fields["share_above"], f"share_above (or the word {THRESHOLD})", 0, 1)
        unknown = "share" in fields and reader.word(fields["share"], "share", ("unknown",)) == "unknown"
        if unknown and "share_above" in fields:
            reader.complain(node, "concern: a share that is unknown cannot be above anything; make two rules")
        statuses = HELD
        if "status" in fields:
            words = reader.words(fields["status"], "status", {status.value for status in HELD})
            statuses = frozenset(ClaimStatus(word) for word in words)
        return Concern(
            frozenset(codes),
            ConcernRole(role) if role in ("core", "minor") else None,
            above,
            by_threshold,
            unknown,
            statuses,
        )

    def _identity_of(self, field: str) -> Callable[[yaml.Node], Condition | None]:
        def read(node: yaml.Node) -> Condition | None:
            values, if_unknown = node, None
            if isinstance(node, yaml.MappingNode):
                fields = self._reader.fields(node, field, {"in", "if_unknown"}, needed=("in",))
                if "in" not in fields:
                    return None
                values = fields["in"]
                if "if_unknown" in fields:
                    if_unknown = self._reader.truth(fields["if_unknown"], f"{field} if_unknown")
            words = self._reader.words(values, field, self._known[field])
            codes = self._vocabulary.countries(words) if field == "country" else frozenset(words)
            return Identity(field, codes, if_unknown)  # type: ignore[arg-type]

        return read

    def _listed(self, node: yaml.Node) -> Condition | None:
        reader = self._reader
        fields = reader.fields(node, "listed", {"level", "in_force", "ended_within_years", "lists"})
        level = reader.word(fields["level"], "level", ("strong", "possible", "any")) if "level" in fields else "any"
        in_force = reader.truth(fields["in_force"], "in_force") if "in_force" in fields else None
        years = None
        if "ended_within_years" in fields:
            years = reader.number(fields["ended_within_years"], "ended_within_years", 0, 100)
        lists = frozenset(
            reader.text(item, "list code")
            for item in (reader.items(fields["lists"], "lists") if "lists" in fields else ())
        )
        return Listed(None if level in ("any", "") else level, in_force, years, lists)  # type: ignore[arg-type]

    def _linked(self, node: yaml.Node) -> Condition | None:
        reader = self._reader
        fields = reader.fields(node, "linked", {"by", "having"}, needed=("by", "having"))
        if len(fields) < 2:
            return None
        by = reader.words(fields["by"], "linked by", {*TIES, ENGAGEMENT})
        having = self.read(fields["having"])
        if having is None or not by:
            return None
        condition = Linked(by, having)
        if ENGAGEMENT in by and not all(isinstance(part, Concern | AllOf | AnyOf) for part in parts_of(having)):
            reader.complain(fields["having"], "having: of those in the same engagement, only concerns can be asked")
        if _steps(condition) > MOST_STEPS:
            reader.complain(node, f"linked: reaches further than {MOST_STEPS} ties")
        return condition

    def _brief(self, node: yaml.Node) -> Condition | None:
        term = self._reader.word(node, "brief", ("exclusivity", "endorsement"))
        return BriefTerm(term) if term else None  # type: ignore[arg-type]

    def _seeker(self, node: yaml.Node) -> Condition | None:
        fields = self._reader.fields(node, "seeker", {"sector", "kind"})
        parts = tuple(
            SeekerIs(field, frozenset(self._reader.words(values, f"seeker {field}", self._known[field])))  # type: ignore[arg-type]
            for field, values in fields.items()
        )
        if not parts:
            self._reader.complain(node, "seeker: needs sector or kind")
            return None
        return parts[0] if len(parts) == 1 else AllOf(parts)

    def _regulated(self, node: yaml.Node) -> Condition | None:
        if self._reader.truth(node, "regulated_by_seeker") is False:
            self._reader.complain(node, "regulated_by_seeker: say `not` for the opposite")
        return RegulatedBySeeker()


def _steps(condition: Condition) -> int:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return max(map(_steps, parts))
        case Not(part):
            return _steps(part)
        case Linked(_, having):
            return 1 + _steps(having)
        case _:
            return 0
