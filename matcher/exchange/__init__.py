"""What two sides give and get, who depends on whom, and on which terms."""

from matcher.exchange.ledger import Agreement, Gain, Ledger, Line, OpenWant, make_ledger
from matcher.exchange.parties import Item, Party, party_of, seeking_party
from matcher.exchange.power import Alternatives, Dependency, Power, weigh_power
from matcher.exchange.terms_of_exchange import Question, TermFinding, TermsOfExchange, terms_of_exchange

__all__ = [
    "Agreement",
    "Alternatives",
    "Dependency",
    "Gain",
    "Item",
    "Ledger",
    "Line",
    "OpenWant",
    "Party",
    "Power",
    "Question",
    "TermFinding",
    "TermsOfExchange",
    "make_ledger",
    "party_of",
    "seeking_party",
    "terms_of_exchange",
    "weigh_power",
]
