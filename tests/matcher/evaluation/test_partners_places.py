"""Distances on the globe, and places that a file states badly."""

from __future__ import annotations

import math

import numpy as np
import pytest

from matcher.evaluation.partners_data import _degrees
from matcher.evaluation.partners_places import distances

PARIS, BERLIN, SYDNEY, NOWHERE = (48.8566, 2.3522), (52.52, 13.405), (-33.8688, 151.2093), (math.nan, math.nan)


def test_distances_are_those_of_the_globe():
    found = distances(np.array([PARIS, NOWHERE]), np.array([PARIS, BERLIN, SYDNEY, NOWHERE]))
    assert found.shape == (2, 4)
    assert found[0, :3] == pytest.approx([0, 878, 16960], abs=20)
    assert np.isnan(found[0, 3])
    assert np.isnan(found[1]).all()


def test_distance_across_the_date_line_is_short():
    assert distances(np.array([(0.0, 179.9)]), np.array([(0.0, -179.9)]))[0, 0] == pytest.approx(22, abs=1)


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ("48.2,16.4", True),
        ("(48.2, 16.4)", True),
        ("", False),
        ("48.2", False),
        ("north,south", False),
        ("95,0", False),
    ],
)
def test_a_place_is_read_or_unknown(value: str, known: bool):
    latitude, longitude = _degrees(value)
    assert (latitude == 48.2 and longitude == 16.4) is known
    assert math.isnan(latitude) is not known
