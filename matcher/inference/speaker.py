"""Who speaks in a text: a company, an investor, a nonprofit, or the proposal of a project."""

from __future__ import annotations

import re

COMPANY = re.compile(
    r"\b(?:(?:the|this|its|a|an|of|holding|based|trading|\w+ing) company|the firm|headquartered in|subsidiaries|"
    r"segments?|listed|engages in|operates as|the fund|manufactur\w+|products|dealers|brands?|founded in)\b"
)
NONPROFIT = re.compile(
    r"\b(?:charit(?:y|ies|able)|trustees|our members|nonprofit|non-profit|not-for-profit|public benefit|"
    r"objects|worship|parish|fund-?rais\w+|beneficiaries|scio)\b"
)
LIKE_NONPROFIT = re.compile(
    r"\b(?:relief of|reliev(?:e|ing)|advanc(?:e|ing|ement) (?:of|the|education)|volunteers?|church|christian|residents|"
    r"inhabitants|to promote|to provide|provision of|the trust|community|grants?|school|faith|pupils|members|hospice)\b"
)
SURELY_COMPANY = re.compile(
    r"\b(?:the company|this company|company's|the firm|headquartered|public(?:ly)? (?:traded|listed)|"
    r"operates as|engages in|through its subsidiaries|ltd|inc|plc|corp)\b"
)
PROPOSAL = re.compile(
    r"\b(?:this|the|our) (?:project|proposal|consortium|fellowship|action)\b|\bproject (?:aims|will)\b|"
    r"\b(?:we|i) (?:will|propose|aim|plan to|investigate|hypothesi[sz]e|intend)\b|\bour (?:hypothesis|goal|aim)\b|"
    r"\bstate[- ]of[- ]the[- ]art\b|\btrl\s?\d|\bhorizon europe\b|\b(?:work packages?|proof of concept|"
    r"research questions?|methodolog\w+|hypothes[ei]s|post-?doctoral|stakeholders|use cases|researchers|novel|"
    r"overarching|theoretical|paradigm|prototype|unprecedented|cutting-edge|end-users?|living labs?|"
    r"breakthrough|interdisciplinary)\b"
)
ACRONYM_WILL = re.compile(
    r"\b[A-Z][\w\-]*[A-Z][\w\-]* (?:will|aims to|proposes|addresses|has the objective|is a project|seeks to|project)\b"
)
ENOUGH_OF_A_PROPOSAL = 2
INVESTOR = re.compile(
    r"\b(?:private equity|venture capital|investment firm|investment manager|asset manage(?:r|ment)|mutual fund|"
    r"hedge fund|fund of funds?|buyouts?)\b"
)
TRACKER = re.compile(
    r"\b(?:exchange[- ]traded (?:fund|note|commodity|product)|etfs?|etns?|tracks? the performance|index fund)\b"
)


def speaker_of(lowered: str) -> str:
    """Tell whether a text sounds like a company or a nonprofit; ``any`` when neither is clear."""
    if NONPROFIT.search(lowered):
        return "nonprofit"
    if COMPANY.search(lowered):
        return "company"
    return "nonprofit" if LIKE_NONPROFIT.search(lowered) else "any"


def is_proposal(text: str, lowered: str) -> bool:
    """Tell whether a text says what a project will find out rather than what an organization does."""
    if SURELY_COMPANY.search(lowered):
        return False
    marks = len({match.group() for match in PROPOSAL.finditer(lowered)})
    return marks + bool(ACRONYM_WILL.search(text)) >= ENOUGH_OF_A_PROPOSAL


def is_investor(lowered: str) -> bool:
    """Tell whether a text is about a firm that puts money into others."""
    return bool(INVESTOR.search(lowered))


def is_tracker(lowered: str) -> bool:
    """Tell whether a text is about a paper that follows a price or an index."""
    return bool(TRACKER.search(lowered))
