"""Where organizations lie on a map: those whose profiles read alike lie close together.

Distances on the map are a picture, not a measure: t-SNE keeps neighbours together and stretches the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

Floats = NDArray[np.float32]

COMPONENTS = 48
SAMPLE = 20_000
LANDMARKS = 900
FEWEST_FOR_NEIGHBOURS = 30
"""Below this, principal components show as much as neighbourhoods do."""
NEIGHBOURS = 4
SHARPNESS = 50
"""How much more a nearer landmark weighs, by the difference of squared distances."""
PERPLEXITY = 12.0
BLOCK = 4_096
ONE_THREAD = ThreadpoolController()


@dataclass(frozen=True)
class Projection:
    """Profiles in few dimensions.

    Attributes
    ----------
    components : float32 (m, c)
        Principal components, for telling groups apart.
    places : float32 (m, 2)
        Places on the map, each coordinate in -1..1.
    """

    components: Floats
    places: Floats


def project(vectors: Floats) -> Projection:
    """Lay profile vectors out on a map; the same vectors always give the same map.

    Up to `LANDMARKS` representative profiles are laid out by t-SNE (van der Maaten and Hinton, "Visualizing Data
    using t-SNE", JMLR 2008); every other profile is put between the landmarks that are most like it.

    Parameters
    ----------
    vectors : float32 (m, d)
        Unit rows; m may be 0.
    """
    with ONE_THREAD.limit(limits=1):
        components = principal_components(vectors)
        if len(components) < FEWEST_FOR_NEIGHBOURS:
            flat = np.zeros((len(components), 2), np.float32)
            flat[:, : components.shape[1]] = components[:, :2]
            return Projection(components, _within_bounds(flat))
        landmarks = _landmarks(components)
        marked = _neighbour_map(landmarks)
        places = marked if landmarks is components else _between(components, landmarks, marked)
        return Projection(components, _within_bounds(places))


def principal_components(vectors: Floats) -> Floats:
    """Return the coordinates in the directions of largest variance; float32 (m, at most COMPONENTS).

    The directions are told from an even sample; each points to where its largest entry is positive.
    """
    if not len(vectors):
        return np.zeros((0, 2), np.float32)
    mean = vectors.mean(axis=0, dtype=np.float64)
    sample = vectors[:: max(1, len(vectors) // SAMPLE)] - mean
    _, axes = np.linalg.eigh(sample.T @ sample)
    axes = axes[:, ::-1][:, : min(COMPONENTS, vectors.shape[1])]
    axes *= np.where(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])] < 0, -1, 1)
    return np.asarray(vectors @ axes.astype(np.float32) - (mean @ axes).astype(np.float32), np.float32)


def _landmarks(components: Floats) -> Floats:
    if len(components) <= LANDMARKS:
        return components
    from sklearn.cluster import MiniBatchKMeans

    fitted = MiniBatchKMeans(LANDMARKS, random_state=0, batch_size=4_096, n_init=1, max_iter=20).fit(components)
    return np.asarray(fitted.cluster_centers_, np.float32)


def _neighbour_map(components: Floats) -> Floats:
    from sklearn.manifold import TSNE

    perplexity = min(PERPLEXITY, (len(components) - 1) / 3)
    fitted = TSNE(2, init="pca", random_state=0, perplexity=perplexity, max_iter=600, metric="cosine", n_jobs=1)
    return np.asarray(fitted.fit_transform(components), np.float32)


def _between(components: Floats, landmarks: Floats, marked: Floats) -> Floats:
    """Put each profile at the mean of its nearest landmarks, the nearer the heavier, moved by what they leave out."""
    places = np.empty((len(components), 2), np.float32)
    rest = np.empty((len(components), 2), np.float32)
    squares = np.einsum("ij,ij->i", landmarks, landmarks)
    for start in range(0, len(components), BLOCK):
        block = components[start : start + BLOCK]
        distance = squares - 2 * block @ landmarks.T
        nearest = np.argpartition(distance, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        away = np.take_along_axis(distance, nearest, axis=1)
        away -= away.min(axis=1, keepdims=True)
        weight = np.exp(-SHARPNESS * away)
        weight /= weight.sum(axis=1, keepdims=True)
        places[start : start + BLOCK] = np.einsum("ij,ijk->ik", weight, marked[nearest])
        rest[start : start + BLOCK] = block[:, :2] - np.einsum("ij,ijk->ik", weight, landmarks[nearest][:, :, :2])
    return np.asarray(places + rest * (_spacing(marked) / 2 / max(float(rest.std()), 1e-9)), np.float32)


def _spacing(marked: Floats) -> float:
    """Return the usual distance from a landmark to the next."""
    squares = np.einsum("ij,ij->i", marked, marked)
    distance = squares[:, None] + squares - 2 * marked @ marked.T
    np.fill_diagonal(distance, np.inf)
    return float(np.sqrt(max(float(np.median(distance.min(axis=1))), 0.0)))


def _within_bounds(places: Floats) -> Floats:
    if not len(places):
        return places
    low, high = places.min(axis=0), places.max(axis=0)
    return np.asarray((places - (low + high) / 2) / np.maximum((high - low) / 2, 1e-9), np.float32)
