"""Casework: what people found, decided and agreed about organizations, as a trail that only grows."""
