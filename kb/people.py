"""Who is at work: the person whose role allows an act, and under whose name it is recorded.

One process may serve many people at once. Who acts is therefore never kept in an object that they share: it is told by
`acting_as` for a block of code, or else asked of the function given to `identify_by`, each time anew. A program in
which nobody signs in has one person at work, the local user, who may do everything.
"""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from kb.roles import NotPermittedError, Permission, Role, may, roles_with

UNKNOWN = "unknown"
WITH_ACCOUNT = re.compile(r"(?P<name>.*)<(?P<account>[^<>]+)>", re.DOTALL)

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Person:
    """Somebody at work.

    Attributes
    ----------
    name : str
    role : Role or None
        None may do nothing.
    account : str
        What the sign-in vouches for: the confirmed e-mail address. Empty for the local user, who did not sign in.
    contact : str
        Whom to ask for another role, in words.
    """

    name: str
    role: Role | None
    account: str = ""
    contact: str = "whoever runs this knowledge base"

    @property
    def signed_in(self) -> bool:
        """Whether a sign-in vouches for the name."""
        return bool(self.account)

    @property
    def signature(self) -> str:
        """The name that changes are recorded under, with the account that makes it one person's."""
        return f"{self.name} <{self.account}>" if self.account else self.name

    def may(self, permission: Permission) -> bool:
        """Whether this person may do something."""
        return may(self.role, permission)

    def refusal(self, permission: Permission) -> str:
        """Say why this person may not do something, and whom to ask."""
        if self.role is None:
            return f"nobody who may {permission} is signed in here: sign in, or ask {self.contact}"
        roles = " or ".join(f"an {role}" for role in roles_with(permission))
        article = "a" if self.role is Role.VIEWER else "an"
        return (
            f"only {roles} may {permission}, and {self.name} is {article} {self.role} here: ask {self.contact} for "
            "that role"
        )

    def recorded(self, who: str) -> bool:
        """Whether a recorded name is surely this person's: for somebody who signed in, by the account alone."""
        if not self.account:
            return same_person(who, self.name)
        return _parts(who)[1] == self.account.casefold()


NOBODY = Person(UNKNOWN, None)
_ACTING: ContextVar[Person | None] = ContextVar("acting", default=None)


def local_person() -> Person:
    """Return the user of this machine, who may do everything."""
    try:
        return Person(getpass.getuser(), Role.ADMIN)
    except (OSError, KeyError):
        return Person(UNKNOWN, Role.ADMIN)


_identify: Callable[[], Person] = local_person


def identify_by(identify: Callable[[], Person]) -> None:
    """Say how to tell who is at work where no `acting_as` does; for a server of many people.

    Parameters
    ----------
    identify : callable
        Returns the person for whom the code that calls it runs, and `NOBODY` when it cannot tell.
    """
    global _identify
    _identify = identify


def at_work() -> Person:
    """Return the person for whom this code runs."""
    return _ACTING.get() or _identify()


@contextmanager
def acting_as(person: Person) -> Iterator[None]:
    """Do something as a person."""
    token = _ACTING.set(person)
    try:
        yield
    finally:
        _ACTING.reset(token)


def on_behalf(work: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Return `work` to be done for whoever is at work now, in another thread."""
    person = at_work()

    def done(*given: Arguments.args, **named: Arguments.kwargs) -> Result:
        with acting_as(person):
            return work(*given, **named)

    return done


def require(permission: Permission, what: str = "") -> None:
    """Refuse an act to whoever may not do it.

    Parameters
    ----------
    permission : Permission
    what : str
        What it is about, e.g. whose batch; leads the message.

    Raises
    ------
    NotPermittedError
        When the person at work may not; says which role may, and whom to ask.
    """
    person = at_work()
    if not person.may(permission):
        refusal = person.refusal(permission)
        raise NotPermittedError(f"{what}: {refusal}" if what else refusal)


def right_to_undo(who: str, others: Permission = Permission.UNDO_OTHERS) -> Permission:
    """Return what undoing something needs: for one's own the right to change, for anybody else's `others`."""
    return Permission.CHANGE if at_work().recorded(who) else others


def current_user() -> str:
    """Return the name that changes are recorded under when none is given."""
    return at_work().signature


def recorded_as(given: str | None) -> str:
    """Return the name to record: always their own for somebody who signed in, else the given one or the user's."""
    person = at_work()
    return person.signature if person.signed_in else given or person.signature


def _parts(who: str) -> tuple[str, str]:
    """Take a signature apart: the name and the account, as they are compared."""
    match = WITH_ACCOUNT.fullmatch(who.strip())
    name, account = (match["name"], match["account"]) if match else (who, "")
    return " ".join(name.casefold().split()), account.strip().casefold()


def same_person(one: str, other: str) -> bool:
    """Whether two recorded names are, or may be, one person's.

    Two accounts tell people apart, whatever they are called; without two, the names do, but for case and spaces.
    """
    (first, account), (second, others) = _parts(one), _parts(other)
    return account == others if account and others else first == second
