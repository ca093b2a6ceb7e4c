"""The layout of a plan: its sections, their columns, and the questions that every plan must answer (plan.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kb.vocabulary import load_vocabulary
from kb.yaml_files import read_mapping
from matcher.planning.plan import PlanError

FOLDER = Path(__file__).parent
TEXT, LONG, DATE = "text", "long", "date"


@dataclass(frozen=True)
class Column:
    """A column of a section; `kind` is ``text``, ``long``, or ``date`` for a day as YYYY-MM-DD."""

    code: str
    label: str
    kind: str = TEXT


@dataclass(frozen=True)
class SectionLayout:
    """One section as it is laid out.

    Attributes
    ----------
    guidance : str
        One sentence on what belongs there, printed under the title.
    subject : str
        Heading of the lines' labels.
    questions : mapping of line id to str
        Lines that every plan has, to be agreed.
    """

    code: str
    title: str
    guidance: str
    subject: str
    columns: Mapping[str, Column]
    questions: Mapping[str, str]


@dataclass(frozen=True)
class Layout:
    """plan.yaml, checked.

    Attributes
    ----------
    products : mapping of capacity or asset to str
        What is put out when it is lent; ``{giver}`` stands for who lends it.
    topics : mapping of str to str
        Section in which the terms of a topic are settled.
    default_policy : str
        Pack that partners are vetted by when the brief names none.
    """

    sections: Mapping[str, SectionLayout]
    products: Mapping[str, str]
    topics: Mapping[str, str]
    default_policy: str

    def section(self, code: str) -> SectionLayout:
        """Return the layout of a section.

        Raises
        ------
        PlanError
            When there is none of that code.
        """
        if code not in self.sections:
            raise PlanError(f"there is no section {code!r}; sections are {', '.join(self.sections)}")
        return self.sections[code]

    def column(self, section: str, code: str) -> Column:
        """Return a column of a section; raises `PlanError` when there is none."""
        columns = self.section(section).columns
        if code not in columns:
            raise PlanError(f"section {section!r} has no column {code!r}; its columns are {', '.join(columns)}")
        return columns[code]


@cache
def load_layout(folder: Path = FOLDER) -> Layout:
    """Read plan.yaml.

    Raises
    ------
    PlanError
        With one line per problem.
    """
    problems: list[str] = []
    body = read_mapping(folder / "plan.yaml", problems)
    sections = {code: _section(code, fields or {}, problems) for code, fields in body.get("sections", {}).items()}
    products, topics = dict(body.get("products", {})), dict(body.get("topics", {}))
    unknown = sorted(set(products) - set(load_vocabulary().lendable))
    problems += [f"plan.yaml: products: {code} is not in the vocabulary" for code in unknown]
    problems += [
        f"plan.yaml: topics: {topic} goes to {code}, which is no section"
        for topic, code in topics.items()
        if code not in sections
    ]
    if problems:
        raise PlanError("\n".join(problems))
    return Layout(sections, products, topics, str(body["default_policy"]))


def _section(code: str, fields: Mapping[str, Any], problems: list[str]) -> SectionLayout:
    problems += [f"plan.yaml: {code}: {name} is missing" for name in ("title", "columns") if not fields.get(name)]
    columns = {}
    for key, words in (fields.get("columns") or {}).items():
        label, _, kind = str(words).partition("|")
        columns[key] = Column(key, label.strip(), kind.strip() or TEXT)
        if columns[key].kind not in (TEXT, LONG, DATE):
            problems.append(f"plan.yaml: {code}: {key}: a column is {TEXT}, {LONG} or {DATE}, not {columns[key].kind}")
    return SectionLayout(
        code,
        str(fields.get("title", "")),
        str(fields.get("guidance", "")),
        str(fields.get("subject", "")),
        columns,
        {str(key): str(words) for key, words in (fields.get("questions") or {}).items()},
    )
