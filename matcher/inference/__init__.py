"""Inference: text in, claims with quoted evidence out."""

from matcher.inference.engine import Profile, infer, infer_many, language_of
from matcher.inference.learnt import TextEncoder

__all__ = ["Profile", "TextEncoder", "infer", "infer_many", "language_of"]
