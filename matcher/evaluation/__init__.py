"""Benchmarks that anyone can run on their own labelled data."""
