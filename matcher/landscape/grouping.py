"""Groups of organizations whose profiles read alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matcher.landscape.projection import ONE_THREAD, Floats

A_GROUP = 30
MOST_GROUPS = 18
FEWEST_TO_GROUP = 12


def group(components: Floats) -> NDArray[np.int64]:
    """Return the group of every profile, the largest group being 0; int64 (m,).

    Mini-batch k-means (Sculley, "Web-Scale K-Means Clustering", WWW 2010) from a fixed start; about one group for
    every `A_GROUP` profiles, at most `MOST_GROUPS`, and a single one below `FEWEST_TO_GROUP`.

    Parameters
    ----------
    components : float32 (m, c)
    """
    if len(components) < FEWEST_TO_GROUP:
        return np.zeros(len(components), np.int64)
    from sklearn.cluster import MiniBatchKMeans

    wanted = min(MOST_GROUPS, max(2, len(components) // A_GROUP))
    with ONE_THREAD.limit(limits=1):
        found = MiniBatchKMeans(wanted, random_state=0, batch_size=2_048, n_init=5).fit_predict(components)
    order = np.argsort(-np.bincount(found, minlength=wanted), kind="stable")
    rank = np.empty(wanted, np.int64)
    rank[order] = np.arange(wanted)
    return np.asarray(rank[found], np.int64)
