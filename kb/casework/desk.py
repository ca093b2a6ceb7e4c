"""What every part of casework shares: reading and writing in transactions, people, and merged organizations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import Connection

from kb import queries
from kb.casework.errors import CaseworkError
from kb.errors import UnknownOrganizationError
from kb.people import UNKNOWN, at_work, current_user, require
from kb.roles import Permission

Transaction = Callable[[], AbstractContextManager[Connection]]


class Desk:
    """A part of casework on one database. Every method of its children is a transaction of its own."""

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading = reading
        self._writing = writing


def person(who: str | None) -> str:
    """Return who decides: whoever signed in, whatever name is given; a decision by nobody in particular is refused.

    Raises
    ------
    CaseworkError
        When no name is given and the machine knows none.
    NotPermittedError
        When the person at work may change nothing.
    """
    require(Permission.CHANGE)
    given = current_user() if who is None or at_work().signed_in else who
    name = " ".join(given.split())
    if not name or name == UNKNOWN:
        raise CaseworkError("a decision needs a person: give the name of whoever decides")
    return name


def reasoned(reason: str, what: str) -> str:
    """Return a reason, trimmed; nothing is decided without one.

    Raises
    ------
    CaseworkError
        When it is empty.
    """
    trimmed = reason.strip()
    if not trimmed:
        raise CaseworkError(f"{what} needs a reason: say why in a sentence")
    return trimmed


def living(connection: Connection, organization_id: str) -> str:
    """Return the id that an id leads to.

    Raises
    ------
    UnknownOrganizationError
        When there is no such organization.
    """
    return refuse_unknown(connection, [organization_id])[organization_id]


def refuse_unknown(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return the ids that ids lead to.

    Raises
    ------
    UnknownOrganizationError
        Naming those that are not in the knowledge base.
    """
    found = queries.roots(connection, ids)
    unknown = [key for key in dict.fromkeys(ids) if key not in found]
    if unknown:
        named = ", ".join(map(repr, unknown[:5]))
        raise UnknownOrganizationError(
            f"there is no organization {named}; add it before its case, or find it with: dancecard search"
        )
    return found


def members(connection: Connection, organization_id: str) -> list[str]:
    """Return the organization that an id leads to, with those merged into it; an id that is gone stands alone."""
    root = queries.roots(connection, [organization_id]).get(organization_id, organization_id)
    return queries.with_merged(connection, root)


def families(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    """Return organizations by the living one that they lead to, itself first."""
    absorbed = queries.absorbed(connection)
    grouped: dict[str, list[str]] = {}
    for key in ids:
        root = absorbed.get(key, key)
        grouped.setdefault(root, [root])
    for key, root in absorbed.items():
        if root in grouped:
            grouped[root].append(key)
    return grouped
