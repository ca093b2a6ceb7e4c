"""Signing in through a real provider on this machine, in a real browser, with people of every role."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from oidc_provider import CLIENT_ID, CLIENT_SECRET
from visiting import NARROW, READY, ROOT, SAMPLE, WIDE, Visit, free_port

from dashboard.launch import flags
from kb.knowledge_base import KnowledgeBase

pytest.importorskip("authlib", reason="signing in needs: pip install 'dancecard[signin]'")

SECRETS = """
[auth]
redirect_uri = "{address}/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef0123456789abcdef"
client_id = "{client}"
client_secret = "{secret}"
server_metadata_url = "{provider}/.well-known/openid-configuration"

[roles]
"ada@example.org" = "admin"
"vera@example.org" = "viewer"
"@office.example" = "editor"

[sign_in]
contact = "Ada"
"""
REFUSED = (
    "Signed by another key",
    "Not signed",
    "Changed after signing",
    "Signed with the client secret",
    "For another client",
    "By another issuer",
    "With an old nonce",
    "Out of date",
    "Signed in yesterday",
)


def _serving(command: list[str], probe: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for _ in range(240):
        try:
            urllib.request.urlopen(probe, timeout=1).close()
            return server
        except OSError:
            if server.poll() is not None:
                raise AssertionError(server.stderr.read().decode()) from None
            time.sleep(0.25)
    server.kill()
    raise AssertionError(f"{probe} did not answer")


@pytest.fixture(scope="module")
def provider(browser) -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, str(Path(__file__).with_name("oidc_provider.py")), str(port)]
    server = _serving(command, f"{address}/jwks", dict(os.environ))
    yield address
    server.kill()
    server.wait(20)


@pytest.fixture(scope="module")
def shared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from dashboard_sample import fill

    path = tmp_path_factory.mktemp("shared") / "kb.db"
    kb = KnowledgeBase.open(path)
    fill(kb)
    kb.close()
    return path


@pytest.fixture
def shared(shared_file: Path) -> Iterator[KnowledgeBase]:
    """The knowledge base that the dashboard shares, seen from outside."""
    kb = KnowledgeBase.open(shared_file)
    yield kb
    kb.close()


@pytest.fixture(scope="module")
def shared_address(provider: str, shared_file: Path) -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    secrets = shared_file.with_name("secrets.toml")
    secrets.write_text(SECRETS.format(address=address, provider=provider, client=CLIENT_ID, secret=CLIENT_SECRET))
    environment = {
        **os.environ,
        "DANCECARD_KB": str(shared_file),
        "DANCECARD_SECRETS": str(secrets),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(SAMPLE))),
    }
    serve = str(Path(__file__).with_name("serve.py"))
    command = [sys.executable, serve, str(ROOT / "app.py"), *flags(port, secrets=secrets)]
    server = _serving(command, f"{address}/_stcore/health", environment)
    yield address
    server.terminate()
    server.wait(20)


class Colleague(Visit):
    """A visit that may also speak to the provider."""

    def __init__(self, browser, address: str, provider: str, viewport: dict) -> None:
        super().__init__(browser, address, viewport)
        self.provider = provider

    def _request(self, request) -> None:
        if not request.url.startswith(self.provider):
            super()._request(request)

    def sign_in(self, whom: str) -> None:
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(f"{self.provider}/**")
        self.page.get_by_role("button", name=whom, exact=True).click()
        self.page.wait_for_url(f"{self.address}/**")
        self.settle()

    def person(self) -> str:
        return self.page.locator(".st-key-person").inner_text()


@pytest.fixture
def colleague(browser, shared_address, provider):
    opened: list[Colleague] = []

    def start(whom: str = "", viewport: dict = WIDE) -> Colleague:
        opened.append(Colleague(browser, shared_address, provider, viewport))
        opened[-1].open("/")
        if whom:
            opened[-1].sign_in(whom)
        return opened[-1]

    yield start
    for one in opened:
        one.context.close()
    assert [one.outside for one in opened] == [[] for _ in opened]
    assert [one.errors for one in opened] == [[] for _ in opened]


@pytest.mark.parametrize("path", ["/", "/partners?brief=handwashing", "/organization?organization=soap", "/data"])
def test_nobody_sees_anything_before_signing_in(colleague, path):
    passer_by = colleague()
    passer_by.open(path)
    assert passer_by.heading(1) == ["Sign in"]
    everything = passer_by.page.locator("body").inner_text()
    assert "Soap" not in everything
    assert "Find partners" not in everything


@pytest.mark.parametrize(
    ("whom", "account", "role"),
    [
        ("Vera Viewer", "vera@example.org", "Viewer"),
        ("Ed Editor", "ed@office.example", "Editor"),
        ("Ada Admin", "ada@example.org", "Admin"),
        ("Sam Stranger", "sam@elsewhere.example", "Viewer"),
        ("Una Unconfirmed", "unconfirmed", "Viewer"),
    ],
)
def test_a_role_comes_from_a_confirmed_address_and_strangers_only_look(colleague, whom, account, role):
    shown = colleague(whom).person()
    assert whom in shown
    assert account in shown.replace("\u2060", "")
    assert f"{role}." in shown


def test_whoever_followed_a_link_gets_there_after_signing_in(colleague):
    reader = colleague()
    reader.open("/partners?brief=handwashing&view=Table")
    reader.sign_in("Vera Viewer")
    reader.page.wait_for_url("**/partners?brief=handwashing&view=Table")
    reader.settle()
    assert reader.heading(1) == ["Find partners"]


def test_signing_out_shows_nothing_any_more(colleague):
    reader = colleague("Vera Viewer")
    reader.page.get_by_role("button", name="Sign out").click()
    reader.page.wait_for_selector(".st-key-sign_in")
    reader.open("/partners?brief=handwashing")
    assert reader.heading(1) == ["Sign in"]


@pytest.mark.parametrize("whom", REFUSED)
def test_a_token_that_is_not_the_providers_lets_nobody_in(colleague, whom):
    intruder = colleague(whom)
    intruder.open("/")
    assert intruder.heading(1) == ["Sign in"]


def test_a_changed_cookie_lets_nobody_in(colleague):
    reader = colleague("Vera Viewer")
    cookies = [one for one in reader.context.cookies() if one["name"].startswith("_streamlit_user")]
    assert cookies
    for cookie in cookies:
        value = cookie["value"]
        middle = len(value) // 2
        changed = "A" if value[middle] != "A" else "B"
        reader.context.add_cookies([{**cookie, "value": value[:middle] + changed + value[middle + 1 :]}])
    reader.open("/")
    assert reader.heading(1) == ["Sign in"]


def test_a_viewer_sees_what_is_switched_off_and_why(colleague, shared):
    before = shared.batches()[0].number
    reader = colleague("Vera Viewer")
    reader.open("/organization?organization=soap")
    confirm = reader.page.get_by_role("button", name="Confirm").first
    assert confirm.is_disabled()
    confirm.hover(force=True)
    reader.page.wait_for_selector("text=Only an editor or an admin may change the knowledge base")
    reader.open("/data?data=Batches")
    assert reader.page.get_by_role("button", name="Undo", exact=True).is_disabled()
    assert shared.batches()[0].number == before


def test_what_an_editor_does_only_they_and_an_admin_undo(colleague, shared):
    ed = colleague("Ed Editor")
    ed.open("/organization?organization=soap")
    ed.page.get_by_role("button", name="Confirm").first.click()
    ed.page.wait_for_selector(".st-key-undo_judgement")
    batch = shared.batches()[0]
    assert batch.who == "Ed Editor <ed@office.example>"

    for other in ("Eve Editor", "Ed Namesake"):
        colleague_too = colleague(other)
        colleague_too.open("/data?data=Batches")
        assert colleague_too.page.get_by_role("button", name="Undo", exact=True).is_disabled()

    ada = colleague("Ada Admin")
    ada.open("/data?data=Batches")
    ada.page.get_by_role("button", name="Undo", exact=True).click()
    ada.page.wait_for_selector("text=The batch was taken back")
    assert shared.batches()[0].label.startswith(f"undo of {batch.number}:")
    assert shared.batches()[0].who == "Ada Admin <ada@example.org>"


def test_a_name_cannot_be_typed_by_whoever_signed_in(colleague):
    ed = colleague("Ed Editor")
    ed.open("/shortlist?brief=handwashing")
    assert ed.page.get_by_label("Your name").count() == 0
    assert ed.page.locator("[data-testid=stMain]").get_by_text("Ed Editor", exact=True).count() == 1


def test_a_providers_words_are_shown_letter_by_letter(colleague):
    max_ = colleague("Max Markdown")
    person = max_.page.locator(".st-key-person")
    assert person.locator("img, a").count() == 0
    assert "<ada@example.org>" not in max_.person()
    assert "Editor." in max_.person()


@pytest.mark.parametrize("path", ["/", "/partners?brief=handwashing"])
def test_a_phone_shows_the_sign_in_and_the_person(colleague, path):
    reader = colleague(viewport=NARROW)
    wide = "document.querySelector('[data-testid=stMain]').scrollWidth"
    reader.open(path)
    assert reader.page.evaluate(wide) <= NARROW["width"]
    reader.sign_in("Vera Viewer")
    reader.page.wait_for_selector(READY)
    assert reader.page.evaluate(wide) <= NARROW["width"]
    reader.page.get_by_test_id("stExpandSidebarButton").click()
    reader.page.locator(".st-key-person").get_by_text("Vera Viewer").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_and_the_person_have_no_barrier(colleague, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    reader = colleague()
    reader.page.emulate_media(color_scheme=scheme)
    reader.open("/")
    for context in (".st-key-sign_in", ".st-key-person"):
        if context == ".st-key-person":
            reader.sign_in("Vera Viewer")
        found = axe.Axe().run(reader.page, context=context)
        assert [violation["id"] for violation in found.response["violations"]] == []
