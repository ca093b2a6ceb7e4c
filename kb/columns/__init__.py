"""The columnar snapshot: what scoring reads instead of the database.

The database is the truth; this is a rebuildable cache beside it, kept by model and vocabulary, opened by
memory mapping and kept up to date row by row as records change.
"""

from kb.columns.layout import Codes, Columns
from kb.columns.store import ColumnStore
from kb.columns.vectors import TextEncoder, VectorCache

__all__ = ["Codes", "ColumnStore", "Columns", "TextEncoder", "VectorCache"]
