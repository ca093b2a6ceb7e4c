"""Places that a text names: countries by name or by adjective, cities by name; and how far places are apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pycountry
import yaml
from numpy.typing import NDArray

WORD = re.compile(r"\w+")
SHORTEST_CITY = 4
LONGEST_CITY = 3
EARTH_RADIUS = 6371.0
WORDS = Path(__file__).with_name("partners_countries.yaml")


@cache
def _codes_by_name() -> dict[str, frozenset[str]]:
    """Return country codes by lower-case name; a country may be known by two codes (GR and EL)."""
    extra = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    names: dict[str, set[str]] = {}
    for country in pycountry.countries:
        name = getattr(country, "common_name", country.name).split(",")[0]
        names.setdefault(name.casefold(), set()).add(country.alpha_2)
    for code, words in extra["names"].items():
        for word in words:
            names.setdefault(word, set()).add(code)
    for codes in names.values():
        codes.update(other for code in tuple(codes) for other in extra["also"].get(code, ()))
    return {name: frozenset(codes) for name, codes in names.items()}


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(_codes_by_name(), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")


def countries_in(text: str) -> frozenset[str]:
    """Return the two-letter codes of the countries that a text names."""
    found = set(_pattern().findall(text.casefold()))
    return frozenset().union(*(_codes_by_name()[name] for name in found))


def named_countries(texts: Sequence[str], codes: NDArray[np.str_]) -> NDArray[np.float32]:
    """Return 1 where a text names a country, float32 (n_texts, n_codes)."""
    return np.asarray([np.isin(codes, sorted(countries_in(text))) for text in texts], np.float32)


def named_cities(texts: Sequence[str], cities: NDArray[np.str_]) -> NDArray[np.float32]:
    """Return 1 where a text has a city's name of at least four letters, float32 (n_texts, n_cities)."""
    names, place = np.unique(cities, return_inverse=True)
    keys = [" ".join(WORD.findall(str(name).casefold())) for name in names]
    column: dict[str, list[int]] = {}
    for i, key in enumerate(keys):
        if len(key) >= SHORTEST_CITY:
            column.setdefault(key, []).append(i)
    named = np.zeros((len(texts), len(names)), np.float32)
    for row, text in zip(named, texts, strict=True):
        words = WORD.findall(text.casefold())
        runs = {" ".join(words[i : i + n]) for n in range(1, LONGEST_CITY + 1) for i in range(len(words) + 1 - n)}
        for run in runs & column.keys():
            row[column[run]] = 1.0
    return named[:, place]


def distances(one: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return great-circle distances in km, float32 (len(one), len(other)); NaN where a place is unknown.

    Parameters
    ----------
    one, other : (n, 2)
        Latitude and longitude in degrees.
    """
    first, second = np.radians(one)[:, None], np.radians(other)[None]
    half = np.sin((first - second) / 2) ** 2
    chord = half[..., 0] + np.cos(first[..., 0]) * np.cos(second[..., 0]) * half[..., 1]
    return np.asarray(2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.clip(chord, 0, 1))), np.float32)
