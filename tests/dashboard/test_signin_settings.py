"""What the secrets file says about signing in is read strictly: what is wrong lets nobody in."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import launch
from dashboard.signin_settings import SignInError, read_settings
from kb.people import same_person
from kb.roles import Role

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
AUTH = """
[auth]
redirect_uri = "https://dancecard.example.org/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
client_id = "a"
client_secret = "b"
server_metadata_url = "https://provider.example.org/.well-known/openid-configuration"
"""
ROLES = """
[roles]
"Ada@Example.org" = "admin"
"@office.example" = "editor"
"trainee@office.example" = "viewer"
"""


def settings(text: str = AUTH + ROLES):
    return read_settings(tomllib.loads(text))


def claims(email: str = "ada@example.org", **more: object) -> dict[str, object]:
    told = {"is_logged_in": True, "email": email, "email_verified": True, "name": "Ada", "sub": "1"}
    return told | {"iat": NOW.timestamp() - 60} | more


def person(email: str = "ada@example.org", text: str = AUTH + ROLES, **more: object):
    return settings(text).person(claims(email, **more), NOW)


def test_without_any_of_it_nobody_needs_to_sign_in():
    assert read_settings({"something": {"else": 1}}) is None


@pytest.mark.parametrize(
    ("email", "role"),
    [
        ("ada@example.org", Role.ADMIN),
        (" ADA@example.ORG ", Role.ADMIN),
        ("ed@office.example", Role.EDITOR),
        ("trainee@office.example", Role.VIEWER),
        ("ed@sub.office.example", Role.VIEWER),
        ("ed@office.example.evil.example", Role.VIEWER),
        ("ed@evil-office.example", Role.VIEWER),
        ("ada@example.org@office.example", Role.VIEWER),
        ("", Role.VIEWER),
    ],
)
def test_an_address_counts_before_its_domain_and_nothing_that_only_looks_like_it(email, role):
    assert person(email).role is role


@pytest.mark.parametrize("verified", [False, None, "false", "yes", 1.5, "TRUE", [True]])
def test_an_address_that_nobody_confirmed_gives_no_role(verified):
    found = person(email_verified=verified)
    assert found.role is Role.VIEWER
    assert found.signed_in
    assert "ada@example.org" not in found.account


@given(st.text(), st.emails())
def test_no_name_passes_for_somebody_elses_signature(name, other):
    found = person("ed@office.example", name=name)
    assert found.signature.count("<") == 1
    assert "\n" not in found.signature
    assert same_person(found.signature, f"Somebody <{other}>") == (other.casefold() == "ed@office.example")


@pytest.mark.parametrize(
    "change",
    [
        {"is_logged_in": False},
        {"is_logged_in": "true"},
        {"iat": None},
        {"iat": True},
        {"iat": (NOW - timedelta(hours=12, minutes=1)).timestamp()},
        {"iat": (NOW + timedelta(hours=1)).timestamp()},
    ],
)
def test_who_did_not_sign_in_or_long_ago_is_nobody(change):
    assert settings().person(claims() | change, NOW) is None


def test_the_time_until_signing_in_again_and_whom_to_ask_are_settings():
    found = settings(AUTH + ROLES + '[sign_in]\nhours = 1\ncontact = "Ada, room 4"\n')
    assert found.person(claims(iat=NOW.timestamp() - 3_500), NOW).contact == "Ada, room 4"
    assert found.person(claims(iat=NOW.timestamp() - 3_700), NOW) is None


def test_strangers_can_be_kept_out():
    text = AUTH + ROLES + 'default = "none"\n'
    assert person("sam@elsewhere.example", text).role is None
    assert person("ed@office.example", text).role is Role.EDITOR
    assert person(text=text, email_verified=False).role is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ROLES, r"\[auth\] is missing"),
        (AUTH + '[roles]\ndefault = "editor"', "people who are not listed can be viewer or none"),
        (AUTH + '[roles]\ndefault = "admin"', "people who are not listed can be viewer or none"),
        (AUTH + '[roles]\n"ada@example.org" = "owner"', "choose of viewer, editor, admin"),
        (AUTH + '[roles]\nada = "admin"', "no e-mail address"),
        (AUTH + '[roles]\n"@" = "admin"', "no e-mail address"),
        ('roles = "admin"\n' + AUTH, r"\[roles\] must be a table"),
        (AUTH.replace("0123456789abcdef0123456789abcdef", "secret"), "at least 32 characters"),
        (AUTH.replace("/oauth2callback", "/"), "redirect_uri must be"),
        (AUTH.replace("client_secret", "secret"), r"\[auth\] client_secret is missing"),
        (AUTH + "[auth.my_own]\nclient_id = 'a'", "may have no underscore"),
        (AUTH + "[sign_in]\nhours = 0", "at most 720"),
        (AUTH + "[sign_in]\nhuors = 1", "'huors' is not a setting"),
    ],
)
def test_what_is_wrong_is_named(text, said):
    with pytest.raises(SignInError, match=said):
        settings(text)


def test_everything_wrong_is_named_at_once():
    with pytest.raises(SignInError) as refused:
        settings('[auth]\ncookie_secret = "x"\n[roles]\nada = "king"\n[sign_in]\nhours = "long"\n')
    assert len(str(refused.value).splitlines()) == 7


def test_several_providers_are_told_apart():
    shared = "\n".join(AUTH.splitlines()[:4])
    one = '\nclient_id = "a"\nclient_secret = "b"\nserver_metadata_url = "https://p.example"\n'
    assert settings(f"{shared}\n[auth.google]{one}[auth.okta]{one}").providers == ("google", "okta")
    assert settings().providers == ("",)


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "cannot be read"), ("[auth", "secrets.toml: "), ("[other]\n", "has no"), (ROLES, "is missing")],
)
def test_nothing_is_served_with_secrets_that_are_wrong(tmp_path: Path, capsys, text, said):
    path = tmp_path / "secrets.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        launch.main([str(tmp_path / "kb.db"), "--secrets", str(path)])
    assert ended.value.code == 1
    assert said in capsys.readouterr().err


def test_secrets_that_are_right_are_passed_on(tmp_path: Path):
    path = tmp_path / "secrets.toml"
    path.write_text(AUTH + ROLES, encoding="utf-8")
    launch.check_secrets(path)
    assert f"--secrets.files={path}" in launch.flags(secrets=path)
