from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.masks import choose

ROWS = st.lists(st.tuples(st.booleans(), st.floats(width=32), st.floats(width=32)), max_size=40)


@given(rows=ROWS)
def test_chosen_as_numpy_chooses(rows):
    mask = np.array([row[0] for row in rows], np.bool_)
    yes, no = (np.array([row[place] for row in rows], np.float32) for place in (1, 2))
    assert choose(mask, yes, no).tobytes() == np.where(mask, yes, no).tobytes()
    assert choose(mask, 0.25, no).tobytes() == np.where(mask, np.float32(0.25), no).tobytes()
    assert choose(mask, yes, np.nan).tobytes() == np.where(mask, yes, np.float32(np.nan)).tobytes()
