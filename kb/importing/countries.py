"""Countries as people write them, to ISO 3166-1 alpha-2 codes."""

from __future__ import annotations

import gettext
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

import pycountry
from rapidfuzz import fuzz, process

LANGUAGES = ("fr", "es", "de", "it", "pt", "nl")
ALIASES = {
    "GB": ("UK", "U.K.", "Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland"),
    "US": (
        "USA",
        "U.S.",
        "U.S.A.",
        "United States of America",
        "America",
        "Etats-Unis",
        "Estados Unidos",
        "EE. UU.",
        "EEUU",
        "Vereinigte Staaten",
    ),
    "KR": ("South Korea", "Korea, South", "Korea", "Republic of Korea", "Corée du Sud", "Corea del Sur", "Südkorea"),
    "KP": ("North Korea", "Korea, North", "DPRK"),
    "CI": ("Ivory Coast", "Cote d'Ivoire"),
    "CD": ("DRC", "DR Congo", "Democratic Republic of Congo", "Congo, DR", "Congo-Kinshasa"),
    "CG": ("Republic of Congo", "Congo-Brazzaville"),
    "CZ": ("Czech Republic",),
    "MK": ("Macedonia", "FYROM"),
    "MO": ("Macau",),
    "RU": ("Russia",),
    "TR": ("Turkey", "Türkiye", "Turkiye"),
    "VN": ("Viet Nam", "Vietnam"),
    "LA": ("Laos",),
    "SY": ("Syria",),
    "IR": ("Iran",),
    "TZ": ("Tanzania",),
    "BO": ("Bolivia",),
    "VE": ("Venezuela",),
    "MD": ("Moldova",),
    "BN": ("Brunei",),
    "SZ": ("Swaziland",),
    "MM": ("Burma",),
    "CV": ("Cape Verde",),
    "TL": ("East Timor",),
    "PS": ("Palestine", "Palestinian Territories", "West Bank and Gaza"),
    "VA": ("Vatican", "Vatican City"),
    "BS": ("The Bahamas",),
    "GM": ("The Gambia",),
    "NL": ("Holland", "The Netherlands"),
    "AE": ("UAE", "Emirates"),
    "VG": ("British Virgin Islands", "BVI"),
    "VI": ("US Virgin Islands",),
    "FK": ("Falkland Islands",),
    "XK": ("Kosovo", "XKX"),
    "TW": ("Taiwan", "Chinese Taipei"),
    "HK": ("Hong Kong SAR",),
    "CN": ("People's Republic of China", "PRC", "Mainland China"),
    "SH": ("Saint Helena",),
    "RE": ("Reunion",),
}
CLOSE = 82
LONGEST = 120


def _key(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    words = letters.split()
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


def _names() -> Iterator[tuple[str, str]]:
    translations = [
        gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True)
        for language in LANGUAGES
    ]
    for country in pycountry.countries:
        name = country.name
        for text in (name, getattr(country, "common_name", name), getattr(country, "official_name", name)):
            yield text, country.alpha_2
            for translation in translations:
                yield translation.gettext(text), country.alpha_2
        yield country.alpha_2, country.alpha_2
        yield country.alpha_3, country.alpha_2
    for code, aliases in ALIASES.items():
        for alias in (code, *aliases):
            yield alias, code


@cache
def _index() -> dict[str, str]:
    return {_key(text): code for text, code in _names()}


@lru_cache(maxsize=4_096)
def country_code(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country's name or code, None when it is not known."""
    if len(text) > LONGEST:
        return None
    return _index().get(_key(text))


@lru_cache(maxsize=4_096)
def nearest_country(text: str) -> str:
    """Return the name of the country that was probably meant, empty when nothing comes close."""
    if len(text) > LONGEST:
        return ""
    names = [name for name in _index() if len(name) > 3]
    found = process.extractOne(_key(text), names, scorer=fuzz.ratio, score_cutoff=CLOSE)
    if found is None:
        return ""
    code = _index()[found[0]]
    country = pycountry.countries.get(alpha_2=code)
    return "Kosovo" if country is None else str(getattr(country, "common_name", country.name))
