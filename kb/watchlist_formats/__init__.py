"""The formats in which publishers give out their watchlists."""

from kb.watchlist_formats.banks import EBRD, IADB
from kb.watchlist_formats.entities import Format
from kb.watchlist_formats.eu_journal import EU_JOURNAL
from kb.watchlist_formats.opensanctions import OPENSANCTIONS

FORMATS: tuple[Format, ...] = (EU_JOURNAL, EBRD, IADB, OPENSANCTIONS)

__all__ = ["FORMATS", "Format"]
