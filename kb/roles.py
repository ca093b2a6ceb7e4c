"""Who may do what: three roles, and the acts that each may do, as one table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from kb.errors import KbError


class NotPermittedError(KbError):
    """The person at work may not do that; the message says which role may, and whom to ask."""


class Role(StrEnum):
    """What somebody is in a knowledge base that several people share."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"


class Permission(StrEnum):
    """An act that not everybody may do, in the words of its refusal: "only ... may ..."."""

    CHANGE = "change the knowledge base"
    BACK_UP = "take a backup of the whole knowledge base"
    UNDO_OTHERS = "undo what somebody else did"
    WITHDRAW_WATCHLIST = "remove a watchlist, or undo an import of one by somebody else"
    SET_FOUR_EYES = "switch the rule of four eyes on or off"
    RESTORE = "restore a backup"


GRANTED: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset(),
    Role.EDITOR: frozenset({Permission.CHANGE, Permission.BACK_UP}),
    Role.ADMIN: frozenset(Permission),
}
"""Every act that a role may do. Reading is not in it: whoever is let in at all may read everything."""


def may(role: Role | None, permission: Permission) -> bool:
    """Whether a role may do something; nobody's role may do nothing."""
    return role is not None and permission in GRANTED[role]


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """Return the roles that may do something, the least powerful first."""
    return tuple(role for role in Role if permission in GRANTED[role])
