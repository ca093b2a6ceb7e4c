"""Memory is frozen at every doubling of the reruns, and what is frozen is left alone by the collector."""

from __future__ import annotations

import gc

from dashboard.settling import Settling


def test_everything_is_frozen_at_every_doubling():
    settling = Settling(first=2)
    try:
        assert [number for number in range(1, 20) if settling.rerun()] == [2, 4, 8, 16]
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
