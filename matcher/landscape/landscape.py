"""The landscape: every organization with a text on one map, in named groups."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from kb.columns import Columns
from matcher.landscape.grouping import group
from matcher.landscape.naming import Telling, labels_of, name_parts, telling_claims, telling_words
from matcher.landscape.projection import Floats, project

READ_PER_GROUP = 80
"""Texts per group that are looked at for words."""

Integers = NDArray[np.int64]
ReadTexts = Callable[[Sequence[int]], Mapping[int, str]]


@dataclass(frozen=True)
class Layout:
    """Where organizations lie, whatever they are called.

    Attributes
    ----------
    rows : int64 (m,)
        Rows of the columns, ascending.
    places : float32 (m, 2)
        In -1..1.
    groups : int64 (m,)
        The group of each, the largest being 0.
    """

    rows: Integers
    places: Floats
    groups: Integers


@dataclass(frozen=True)
class Group:
    """Organizations that lie together.

    Attributes
    ----------
    number : int
        From 0, the largest first.
    name : str
    parts : tuple of Telling
        What the name is made of.
    size : int
    center : tuple of float
        The middle of its places (median).
    """

    number: int
    name: str
    parts: tuple[Telling, ...]
    size: int
    center: tuple[float, float]


@dataclass(frozen=True)
class Landscape:
    """All organizations on one map.

    Attributes
    ----------
    layout : Layout
    groups : tuple of Group
        The largest first.
    without_text : int
        Living organizations that have no text to be placed by.
    """

    layout: Layout
    groups: tuple[Group, ...]
    without_text: int


def placed_rows(columns: Columns) -> Integers:
    """Return the rows of living organizations with a text; int64 (m,)."""
    return np.flatnonzero(columns.alive[: columns.n] & columns.has_profile[: columns.n])


def layout_digest(columns: Columns) -> str:
    """Return a digest of all that a layout is made from: it changes when a text does, and not when a claim does."""
    rows = placed_rows(columns)
    digest = hashlib.blake2b(columns.numbers[rows].tobytes(), digest_size=16)
    digest.update(np.ascontiguousarray(columns.profile_vectors[rows]).data)
    return digest.hexdigest()


def lay_out(columns: Columns) -> Layout:
    """Place and group all organizations that have a text; takes seconds for tens of thousands."""
    rows = placed_rows(columns)
    projection = project(np.ascontiguousarray(columns.profile_vectors[rows]))
    return Layout(rows, projection.places, group(projection.components))


def name_groups(columns: Columns, layout: Layout, read_texts: ReadTexts) -> Landscape:
    """Name the groups of a layout by what tells them apart.

    Parameters
    ----------
    read_texts : callable
        Returns texts by organization number; asked for some members of every group.
    """
    count = int(layout.groups.max()) + 1 if len(layout.groups) else 0
    claims = telling_claims(columns, layout.rows, layout.groups, count)
    asked = _asked(columns, layout, count)
    texts = read_texts(sorted(asked))
    words = telling_words(texts, asked, count, columns.codes.vocabulary)
    parts: list[tuple[Telling, ...]] = []
    for found in zip(claims, words, strict=True):
        parts.append(name_parts(chain(*found), {labels_of(part) for part in parts}))
    names = _distinct([_name(part, count) for part in parts])
    groups = tuple(
        Group(number, names[number], parts[number], int(inside.sum()), _center(layout.places[inside]))
        for number in range(count)
        for inside in [layout.groups == number]
    )
    alive = int(columns.alive[: columns.n].sum())
    return Landscape(layout, groups, alive - len(layout.rows))


def _asked(columns: Columns, layout: Layout, count: int) -> dict[int, int]:
    """Return an even sample of every group's members, by number."""
    asked: dict[int, int] = {}
    for number in range(count):
        members = layout.rows[layout.groups == number]
        sample = members[:: max(1, -(-len(members) // READ_PER_GROUP))]
        asked |= dict.fromkeys(columns.numbers[sample].tolist(), number)
    return asked


def _name(parts: Sequence[Telling], count: int) -> str:
    if not parts:
        return "All organizations" if count == 1 else "Mixed"
    first, *others = (part.label for part in parts)
    return ", ".join([first, *(_inside_a_name(label) for label in others)])


def _inside_a_name(label: str) -> str:
    return label[0].lower() + label[1:] if label[1:2].islower() else label


def _distinct(names: Sequence[str]) -> list[str]:
    """Return the names, those that occur more than once with a number."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(f"{name} ({seen[name]})" if names.count(name) > 1 else name)
    return distinct


def _center(places: Floats) -> tuple[float, float]:
    middle = np.median(places, axis=0)
    return float(middle[0]), float(middle[1])
