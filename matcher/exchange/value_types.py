"""Which type of value a line of the ledger is, by documented rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kb.vocabulary import Vocabulary
from kb.yaml_files import read_mapping
from matcher.errors import MatcherError

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class ValueType:
    """One of the four types of collaborative value."""

    code: str
    label: str
    definition: str


@dataclass(frozen=True)
class ValueTypes:
    """The types by what is exchanged: a capacity or asset code, or headway on a shared cause."""

    by_code: Mapping[str, ValueType]
    of_causes: ValueType


@cache
def load_value_types(vocabulary_codes: frozenset[str], folder: Path = FOLDER) -> ValueTypes:
    """Read value_types.yaml and check that every capacity and asset has exactly one type.

    Raises
    ------
    MatcherError
        With one line per problem.
    """
    problems: list[str] = []
    by_code: dict[str, ValueType] = {}
    of_causes: list[ValueType] = []
    for code, body in read_mapping(folder / "value_types.yaml", problems).items():
        kind = ValueType(code, str(body["label"]), str(body["definition"]))
        doubled = sorted(set(body["codes"]) & set(by_code))
        problems += [f"value_types.yaml: {item} has two types" for item in doubled]
        by_code |= dict.fromkeys(body["codes"], kind)
        of_causes += [kind] if body.get("causes") else []
    problems += [
        f"value_types.yaml: {code} is not in the vocabulary" for code in sorted(set(by_code) - vocabulary_codes)
    ]
    problems += [f"value_types.yaml: {code} has no type" for code in sorted(vocabulary_codes - set(by_code))]
    if len(of_causes) != 1:
        problems.append("value_types.yaml: exactly one type must have causes: true")
    if problems:
        raise MatcherError("\n".join(problems))
    return ValueTypes(by_code, of_causes[0])


def value_types(vocabulary: Vocabulary) -> ValueTypes:
    """Return the types of everything that can be lent."""
    return load_value_types(frozenset(vocabulary.lendable))
