"""The door, and that a switched-off control does nothing even when it is pressed."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest
from test_signin_settings import AUTH, ROLES

from dashboard.signin_desk import Errands, sign_in
from dashboard.signin_settings import SignInError
from kb import people

pytest.importorskip("authlib", reason="signing in needs: pip install 'dancecard[signin]'")

APP = Path(__file__).parents[2] / "app.py"
PAGES = APP.parent / "dashboard" / "pages"
ALL_PAGES = sorted(path.stem for path in PAGES.glob("*.py"))


@pytest.fixture(autouse=True)
def local_afterwards(monkeypatch):
    """Whoever the dashboard says is at work is at work in its tests only."""
    monkeypatch.setattr(people, "_identify", people.local_person)
    monkeypatch.delenv("DANCECARD_SECRETS", raising=False)


@pytest.fixture
def signed_in(show):
    """Show a page to somebody; without an address, to somebody who did not sign in."""

    def run(email: str = "", page: str = "start", secrets: str = AUTH + ROLES, **query: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60)
        app.secrets = tomllib.loads(secrets)
        if email:
            app.user = {
                "is_logged_in": True,
                "email": email,
                "email_verified": True,
                "name": "Somebody",
                "iat": int(time.time()),
            }
        for name, value in query.items():
            app.query_params[name] = value
        if page != "start":
            app.switch_page(str(PAGES / f"{page}.py"))
        return app.run()

    assert show
    return run


def button(app: AppTest, label: str) -> Any:
    return next(one for one in app.button if one.label == label)


@pytest.mark.parametrize("page", ALL_PAGES)
def test_before_signing_in_no_page_runs(filled, signed_in, page):
    app = signed_in(page=page)
    assert [title.value for title in app.title] == ["Sign in"]
    assert [one.label for one in app.button] == ["Sign in"]
    assert not app.exception


@pytest.mark.parametrize("page", ALL_PAGES)
@pytest.mark.parametrize("email", ["vera@elsewhere.example", "ed@office.example"])
def test_every_page_opens_for_a_viewer_and_an_editor_and_says_who_they_are(filled, signed_in, page, email):
    before = filled.batches(), filled.casework.newest_event()
    app = signed_in(email, page)
    assert not app.exception
    assert not app.error
    assert "**Somebody**" in [text.value for text in app.sidebar.markdown]
    assert next(one.label for one in app.sidebar.button) == "Sign out"
    assert (filled.batches(), filled.casework.newest_event()) == before


def test_a_control_that_should_be_switched_off_is_refused_when_it_is_not(filled, signed_in, monkeypatch):
    assert button(signed_in("vera@elsewhere.example", "organization", organization="soap"), "Confirm").disabled
    before = filled.batches()
    monkeypatch.setattr("dashboard.components.claims.changing", lambda widget: widget)
    app = signed_in("vera@elsewhere.example", "organization", organization="soap")
    button(app, "Confirm").click().run()
    assert "You may not do that" in app.error[0].value
    assert filled.batches() == before
    editor = signed_in("ed@office.example", "organization", organization="soap")
    button(editor, "Confirm").click().run()
    assert not editor.error
    assert filled.batches()[0].who == "Somebody <ed@office.example>"


def test_a_role_that_is_taken_away_counts_at_the_next_click(filled, signed_in):
    app = signed_in("ed@office.example", "organization", organization="soap")
    app.secrets = tomllib.loads(AUTH + ROLES.replace("editor", "viewer"))
    before = filled.batches()
    button(app, "Confirm").click().run()
    assert "You may not do that" in app.error[0].value
    assert filled.batches() == before


def test_a_viewer_may_vet_names_as_a_trial_only(filled, signed_in):
    app = signed_in("vera@elsewhere.example", "vetting", vetting_view="Vet names")
    app.text_area[0].set_value("Soap Works").run()
    button(app, "Look the names up").click().run()
    record = next(one for one in app.toggle if one.key == "vet_record")
    assert (record.value, record.disabled) == (False, True)


def test_who_is_not_let_in_is_told_whom_to_ask(filled, signed_in):
    strict = AUTH + ROLES + 'default = "none"\n[sign_in]\ncontact = "Ada"\n'
    app = signed_in("sam@elsewhere.example", secrets=strict)
    assert [title.value for title in app.title] == ["You are not let in yet"]
    assert "Ask Ada" in app.markdown[-1].value
    assert [one.label for one in app.button] == ["Sign out"]


def test_what_is_set_up_wrongly_lets_nobody_in_and_says_why(filled, signed_in):
    app = signed_in("ada@example.org", secrets=ROLES)
    assert [title.value for title in app.title] == ["Nobody can sign in"]
    assert "auth" in app.error[0].value


def test_secrets_that_became_unreadable_let_nobody_in(filled, show, tmp_path, monkeypatch):
    path = tmp_path / "secrets.toml"
    path.write_text("[auth", encoding="utf-8")
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(path)])
    try:
        with pytest.raises(SignInError, match="cannot be read"):
            sign_in()
        assert [title.value for title in show().title] == ["Nobody can sign in"]
    finally:
        config.set_option("secrets.files", before)
    monkeypatch.setenv("DANCECARD_SECRETS", "gone.toml")
    with pytest.raises(SignInError, match="has no"):
        sign_in()


def test_an_errand_is_kept_for_one_browser_and_once():
    errands = Errands(size=2)
    for browser in ("one", "two", "three"):
        errands.keep(browser, "partners", {"brief": [browser]})
    assert errands.take("one") is None
    assert errands.take("two") == ("partners", {"brief": ["two"]})
    assert errands.take("two") is None
