"""Choosing numbers by a mask with arithmetic on their bits, as branches are guessed wrongly where masks vary."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


def choose(mask: Mask, yes: Floats | float, no: Floats | float) -> Floats:
    """Return `yes` where the mask holds and `no` where it does not; float32 (n,)."""
    one, other = (np.asarray(item, np.float32).view(np.int32) for item in (yes, no))
    bits = mask.astype(np.int32)
    np.negative(bits, out=bits)  # no bits, or all of them
    bits &= one ^ other
    bits ^= other
    return bits.view(np.float32)
