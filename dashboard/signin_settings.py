"""What the secrets file says about signing in: the providers, who has which role, for how long."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kb.errors import KbError
from kb.people import NOBODY, Person
from kb.roles import Role

CALLBACK = "/oauth2callback"
SECRET_LENGTH = 32
HOURS = 12.0
CLOCK_DRIFT = 300.0
LONGEST_NAME = 120
DEFAULT, NONE = "default", "none"
CLIENT = ("client_id", "client_secret", "server_metadata_url")
ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")
DOMAIN = re.compile(r"@[^@\s<>]+")
CONTACT = "whoever runs this knowledge base"


class SignInError(KbError):
    """Signing in is set up wrongly; nobody is let in until it is mended."""


@dataclass(frozen=True)
class SignIn:
    """How people sign in, and what they may do.

    Attributes
    ----------
    providers : tuple of str
        Names as in ``[auth.name]``; an empty name for the settings in ``[auth]`` itself.
    roles : mapping of str to Role
        By e-mail address, or by domain with its ``@``; all in lower case.
    default : Role or None
        Of everybody else who signs in; None lets nobody else in.
    stay : datetime.timedelta
        After which one signs in again.
    contact : str
        Whom to ask for another role.
    """

    providers: tuple[str, ...]
    roles: Mapping[str, Role]
    default: Role | None = Role.VIEWER
    stay: timedelta = timedelta(hours=HOURS)
    contact: str = CONTACT

    def person(self, claims: Mapping[str, Any], now: datetime) -> Person | None:
        """Return who somebody is by the claims of their identity token; None when they did not sign in, or long ago."""
        if claims.get("is_logged_in") is not True or not self._recent(claims.get("iat"), now):
            return None
        email = str(claims.get("email") or "").strip().casefold()
        confirmed = claims.get("email_verified") in (True, "true") and ADDRESS.fullmatch(email) is not None
        account = email if confirmed else f"unconfirmed: {claims.get('sub') or email}"
        named = claims.get("name") or claims.get("preferred_username") or email or "Somebody"
        role = self._role(email) if confirmed else self.default
        return Person(_one_line(str(named)), role, _one_line(account), self.contact)

    def _recent(self, issued: object, now: datetime) -> bool:
        if isinstance(issued, bool) or not isinstance(issued, int | float):
            return False
        return -CLOCK_DRIFT <= now.timestamp() - issued <= self.stay.total_seconds()

    def _role(self, email: str) -> Role | None:
        return self.roles.get(email) or self.roles.get("@" + email.rpartition("@")[2]) or self.default


def _one_line(text: str) -> str:
    """Keep a provider's words from passing for somebody else's signature."""
    cleaned = "".join(letter if letter.isprintable() and letter not in "<>" else " " for letter in text)
    return " ".join(cleaned.split())[:LONGEST_NAME] or NOBODY.name


def read_settings(secrets: Mapping[str, Any]) -> SignIn | None:
    """Read the tables ``auth``, ``roles`` and ``sign_in``; None when nobody needs to sign in.

    Raises
    ------
    SignInError
        Naming everything that is wrong at once.
    """
    if not any(table in secrets for table in ("auth", "roles", "sign_in")):
        return None
    problems: list[str] = []
    auth = _table(secrets, "auth", problems)
    if "auth" not in secrets:
        problems.append("[auth] is missing: without it nobody can sign in; remove [roles] to work without signing in")
    providers = _providers(auth, problems) if auth else ()
    default, roles = _roles(_table(secrets, "roles", problems), problems)
    hours, contact = _terms(_table(secrets, "sign_in", problems), problems)
    if importlib.util.find_spec("authlib") is None:
        problems.append("signing in needs Authlib; install it with: pip install 'dancecard[signin]'")
    if problems:
        raise SignInError("\n".join(problems))
    return SignIn(providers, roles, default, timedelta(hours=hours), contact)


def _table(secrets: Mapping[str, Any], name: str, problems: list[str]) -> Mapping[str, Any]:
    found = secrets.get(name, {})
    if isinstance(found, Mapping):
        return found
    problems.append(f"[{name}] must be a table")
    return {}


def _providers(auth: Mapping[str, Any], problems: list[str]) -> tuple[str, ...]:
    if not str(auth.get("redirect_uri", "")).endswith(CALLBACK):
        problems.append(f"[auth] redirect_uri must be the address of the dashboard with {CALLBACK} at its end")
    if len(str(auth.get("cookie_secret", ""))) < SECRET_LENGTH:
        problems.append(
            f"[auth] cookie_secret must have at least {SECRET_LENGTH} characters, made by chance; whoever guesses it "
            "can pass for anybody"
        )
    named = {name: table for name, table in auth.items() if isinstance(table, Mapping) and name != "client_kwargs"}
    if not named or any(key in auth for key in CLIENT):
        named = {"": auth, **named}
    for name, table in named.items():
        heading = f"[auth.{name}]" if name else "[auth]"
        problems += [f"{heading} {key} is missing" for key in CLIENT if not table.get(key)]
        if "_" in name:
            problems.append(f"{heading}: a provider's name may have no underscore")
    return tuple(named)


def _roles(table: Mapping[str, Any], problems: list[str]) -> tuple[Role | None, dict[str, Role]]:
    roles: dict[str, Role] = {}
    default: Role | None = Role.VIEWER
    for key, value in table.items():
        whom, named = key.strip().casefold(), str(value).strip().casefold()
        if whom == DEFAULT:
            default = None if named == NONE else Role.VIEWER
            if named not in (NONE, Role.VIEWER):
                problems.append(
                    f"[roles] default = {value!r}: people who are not listed can be viewer or none; list the address "
                    'or the domain ("@example.org") of whoever may do more'
                )
        elif not ADDRESS.fullmatch(whom) and not DOMAIN.fullmatch(whom):
            problems.append(f'[roles] {key!r} is no e-mail address, no domain such as "@example.org", and not default')
        elif named not in set(Role):
            problems.append(f"[roles] {key!r} = {value!r}: choose of {', '.join(Role)}")
        else:
            roles[whom] = Role(named)
    return default, roles


def _terms(table: Mapping[str, Any], problems: list[str]) -> tuple[float, str]:
    hours, contact = table.get("hours", HOURS), table.get("contact", CONTACT)
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= 24 * 30:
        problems.append(f"[sign_in] hours = {hours!r}: give the hours until one signs in again, at most 720")
        hours = HOURS
    problems += [
        f"[sign_in] {key!r} is not a setting; there are hours and contact"
        for key in table
        if key not in ("hours", "contact")
    ]
    return float(hours), _one_line(str(contact))
