"""Pieces of pages: each draws one thing from plain data."""
