"""Inference: text in, claims with quoted evidence out."""

from matcher.inference.engine import Profile, infer, infer_many, language_of

__all__ = ["Profile", "infer", "infer_many", "language_of"]
