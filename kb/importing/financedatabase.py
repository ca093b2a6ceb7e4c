"""FinanceDatabase: the listed companies of the world, one organization for all listings of a company."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from kb.duplicates import normalize_name
from kb.importing.casing import is_shouting, title_case
from kb.importing.cells import clean_line, clean_text, cut_text, normalize_url
from kb.importing.countries import country_code
from kb.importing.files import open_table
from kb.importing.importer import Importer, combined_digest, fixed_columns, some_paths
from kb.importing.listings import Listing, Tables, load_tables, merge_listings, primary_listing
from kb.importing.parsed import Parsed, Progress, Rejection, SourceRecord, no_progress
from kb.organization import MAX_NAME, Organization, RegistryId, Source

NAME = "financedatabase"
LABEL = "FinanceDatabase"
PUBLISHER = "FinanceDatabase"
ADDRESS = "https://github.com/JerBouma/FinanceDatabase"
COLUMNS = ("symbol", "name", "summary", "sector", "industry_group", "industry", "country", "city", "website")
EVERY = 5_000
LONGEST_SYMBOL = 100
MOST_TICKERS = 6
MOST_ALIASES = 5


def read(
    paths: Sequence[Path], *, mapping: Mapping[str, str] | None = None, progress: Progress = no_progress
) -> Parsed:
    """Read FinanceDatabase's equities and merge each company's listings.

    Parameters
    ----------
    paths : sequence of Path
        One equities.csv, plain or gzipped.
    mapping : None
        The columns are the publisher's.
    progress : callable, optional

    Raises
    ------
    ImportFileError
        When the file cannot be used as a whole.
    """
    fixed_columns(LABEL, mapping)
    (path,) = some_paths(LABEL, paths, most=1)
    table, tables = open_table(path), load_tables()
    table.require(COLUMNS, f"{LABEL}'s equities")
    rejections: list[Rejection] = []
    listings: list[Listing] = []
    symbols: dict[str, int] = {}
    for row, cells in table.rows(rejections):
        if listing := _listing(row, cells, tables, symbols, rejections):
            listings.append(listing)
        if table.rows_read % EVERY == 0:
            progress("reading listings", table.rows_read, None)
    groups = merge_listings(listings)
    progress("merging listings", len(listings), len(listings))
    owners = Counter(isin for group in groups for isin in {listing.isin for listing in group if listing.isin})
    records = [_record(group, tables, owners) for group in groups]
    return Parsed(
        NAME,
        (path.name,),
        combined_digest([table.digest]),
        table.rows_read,
        records=records,
        rejections=[*table.rejections, *rejections],
    )


def _listing(
    row: int, cells: dict[str, str], tables: Tables, symbols: dict[str, int], rejections: list[Rejection]
) -> Listing | None:
    symbol, raw = clean_line(cells["symbol"]), clean_line(cells["name"])[:MAX_NAME]
    problem, field = "", "name"
    if not symbol:
        problem, field = "the row has no symbol", "symbol"
    elif len(symbol) > LONGEST_SYMBOL:
        problem, field = f"the symbol has {len(symbol):,} characters, more than {LONGEST_SYMBOL}", "symbol"
    elif symbol in symbols:
        problem, field = f"the symbol is already in row {symbols[symbol]}", "symbol"
    elif not any(letter.isalnum() for letter in raw):
        problem = "the row has no name"
    elif tables.is_fund(raw) or "ishares.com" in cells["website"]:
        problem = "an investment fund or product, not an organization"
    symbols.setdefault(symbol, row)
    name = tables.issuer(raw)[:MAX_NAME]
    if problem or not name:
        rejections.append(Rejection(row, field, (raw or symbol)[:200], problem or "the name is that of a security"))
        return None
    try:
        website = normalize_url(cells["website"])[:MAX_NAME]
    except ValueError:
        website = ""
        rejections.append(Rejection(row, "website", cells["website"][:200], "this is not a web address", fatal=False))
    country = country_code(cells["country"]) if cells["country"] else None
    if cells["country"] and country is None:
        rejections.append(Rejection(row, "country", cells["country"][:200], "no such country today", fatal=False))
    return Listing(
        row=row,
        symbol=symbol,
        name=name,
        key=normalize_name(name),
        summary=cut_text(clean_text(cells["summary"])),
        industry=tables.industry(cells["sector"], cells["industry_group"], cells["industry"]),
        country=country,
        city=clean_line(cells["city"])[:MAX_NAME],
        website=website,
        isin=cells.get("isin", ""),
        share_class=cells.get("shareclass_figi", ""),
        delisted=cells.get("delisted", "") == "True",
        filled=sum(map(bool, cells.values())),
    )


def _record(group: list[Listing], tables: Tables, owners: Mapping[str, int]) -> SourceRecord:
    country = _most_common([listing.country for listing in group])
    primary = primary_listing(group, country, tables)
    ordered = [
        primary,
        *sorted((listing for listing in group if listing is not primary), key=lambda listing: listing.rank),
    ]
    name = _spelling(ordered)[:MAX_NAME].strip()
    summary = max((listing.summary for listing in ordered), key=len)
    aliases = {
        listing.key: _own_spelling(listing)[:MAX_NAME].strip()
        for listing in ordered
        if listing.key != normalize_name(name) and listing.key
    }
    numbers = [RegistryId(scheme="TICKER", value=listing.symbol[:MAX_NAME]) for listing in ordered[:MOST_TICKERS]]
    if isin := tables.trusted_isin(ordered, country, owners):
        numbers.insert(0, RegistryId(scheme="ISIN", value=isin))
    city = next((listing.city for listing in ordered if listing.city and listing.country == country), "")
    organization = Organization(
        id=f"ticker-{primary.symbol.lower()}",
        name=name,
        aliases=tuple(aliases.values())[:MOST_ALIASES],
        sector="private",
        kind="company",
        industry=primary.industry or _most_common([listing.industry for listing in ordered]),
        country=country,
        city=title_case(city)[:MAX_NAME],
        website=next((listing.website for listing in ordered if listing.website), ""),
        registry_ids=tuple(numbers),
        description=cut_text(summary),
        text_source=Source(name=PUBLISHER, url=ADDRESS, row=primary.symbol[:MAX_NAME]) if summary else None,
    )
    return SourceRecord(primary.symbol, min(listing.row for listing in group), organization)


def _most_common(values: Sequence[str | None]) -> str | None:
    """Return the most frequent value that is known, the first in the alphabet of several."""
    counts = Counter(value for value in values if value)
    return min(counts, key=lambda value: (-counts[value], value)) if counts else None


def _spelling(ordered: Sequence[Listing]) -> str:
    """Return the primary listing's name, in a spelling that does not shout when there is one."""
    primary = ordered[0]
    if not is_shouting(primary.name):
        return primary.name
    same = sorted({other.name for other in ordered if other.key == primary.key and not is_shouting(other.name)})
    return same[0] if same else _own_spelling(primary)


def _own_spelling(listing: Listing) -> str:
    """Return a name in capitals as its own summary spells it, or as a title."""
    if not is_shouting(listing.name):
        return listing.name
    at = listing.summary.casefold().find(listing.name.casefold())
    spelled = listing.summary[at : at + len(listing.name)] if at >= 0 else listing.name
    return title_case(spelled, short=4) if is_shouting(spelled) else spelled


IMPORTER = Importer(
    name=NAME,
    label=LABEL,
    description="Listed companies of the world with summary, industry, country and website; "
    f"{ADDRESS}, under the MIT license.",
    files=("equities.csv or equities.csv.gz",),
    headers=(frozenset(COLUMNS),),
    read=read,
)
