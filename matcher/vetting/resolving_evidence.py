"""What speaks for two names being of one organization, besides the names."""

from __future__ import annotations

from kb.duplicates import Identity
from matcher.vetting.asked_names import AskedName
from matcher.vetting.screening import OTHER_COUNTRY, SAME_COUNTRY, registration_key

SAME_SITE = 3.0
OTHER_SITE = -1.5
SAME_NUMBER = 30.0


class Evidence:
    """What besides the name speaks for or against an organization.

    Attributes
    ----------
    given, number, site, country : bool
        The id, a registry number, the website, or the country agrees.
    other_country, other_site : bool
        Both are known and differ; websites of one brand in two countries do not.
    words : tuple of str
        For a person to read.
    log_odds : float
        What it adds to those of the name.
    """

    def __init__(self, asked: AskedName, identity: Identity) -> None:
        keys = {registration_key(value): scheme for scheme, value in identity.registry_ids}
        shared = [
            (scheme or keys[key], value)
            for scheme, value in asked.numbers
            if (key := registration_key(value)) and key in keys and scheme in ("", keys[key])
        ]
        both_countries = bool(asked.country and identity.country)
        both_sites = bool(asked.domain and identity.domain)
        self.given = asked.id == identity.id
        self.number = bool(shared)
        self.site = both_sites and asked.domain == identity.domain
        same_brand = both_sites and asked.domain.split(".")[0] == identity.domain.split(".")[0]
        self.country = both_countries and asked.country == identity.country
        self.other_country = both_countries and not self.country
        self.other_site = both_sites and not self.site and not same_brand
        words = [f"same registry number {scheme} {value}" for scheme, value in shared]
        words += ["the list gives this id"] if self.given else []
        words += [f"same website {identity.domain}"] if self.site else []
        words += [f"both of {identity.country}"] if self.country else []
        words += [f"asked for in {asked.country}, known in {identity.country}"] if self.other_country else []
        words += [f"different websites {asked.domain} and {identity.domain}"] if self.other_site else []
        self.words = tuple(words)
        self.log_odds = (
            SAME_NUMBER * (self.number or self.given)
            + SAME_SITE * self.site
            + SAME_COUNTRY * self.country
            + OTHER_COUNTRY * self.other_country
            + OTHER_SITE * self.other_site
        )

    @property
    def confirmed(self) -> bool:
        """Whether anything besides the name agrees."""
        return self.number or self.given or self.site or self.country

    @property
    def contradicted(self) -> bool:
        """Whether anything besides the name differs."""
        return self.other_country or self.other_site
