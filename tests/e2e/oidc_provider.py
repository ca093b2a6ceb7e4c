"""A small OpenID Connect provider for tests: it signs in whom you choose, and forges tokens when asked to.

python tests/e2e/oidc_provider.py PORT

It follows OpenID Connect Core for the code flow with PKCE: codes are used once, and the client, the address to go back
to and the verifier are checked. The identities are data, below.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "dancecard", "a secret that only tests know"
KEY = RSAKey.generate_key(2048, {"kid": "test", "use": "sig", "alg": "RS256"})
FORGER = RSAKey.generate_key(2048, {"kid": "test", "use": "sig", "alg": "RS256"})

IDENTITIES: dict[str, dict[str, Any]] = {
    "Vera Viewer": {"email": "vera@example.org"},
    "Ed Editor": {"email": "ed@office.example"},
    "Eve Editor": {"email": "eve@office.example"},
    "Ed Namesake": {"email": "other.ed@office.example", "name": "Ed Editor"},
    "Ada Admin": {"email": "ada@example.org"},
    "Sam Stranger": {"email": "sam@elsewhere.example"},
    "Una Unconfirmed": {"email": "ada@example.org", "email_verified": False},
    "Max Markdown": {"email": "max@office.example", "name": "Ada <ada@example.org> **![x](https://evil.example/i.png)"},
    "Signed by another key": {"email": "ada@example.org", "forged": "key"},
    "Not signed": {"email": "ada@example.org", "forged": "none"},
    "Changed after signing": {"email": "ed@office.example", "forged": "claims"},
    "Signed with the client secret": {"email": "ada@example.org", "forged": "HS256"},
    "For another client": {"email": "ada@example.org", "aud": "somebody-else"},
    "By another issuer": {"email": "ada@example.org", "iss": "https://evil.example"},
    "With an old nonce": {"email": "ada@example.org", "nonce": "replayed"},
    "Out of date": {"email": "ada@example.org", "exp": 1, "iat": 0},
    "Signed in yesterday": {"email": "ada@example.org", "iat": int(time.time()) - 13 * 3600},
}
"""By what the button on the provider's page says; whatever differs from an ordinary token."""


def id_token(whom: str, issuer: str, nonce: str) -> str:
    """Return the token of an identity, honest or forged as its entry says."""
    given = dict(IDENTITIES[whom])
    forged = given.pop("forged", "")
    now = int(time.time())
    claims = {
        "iss": issuer,
        "sub": hashlib.sha256(whom.encode()).hexdigest()[:16],
        "aud": CLIENT_ID,
        "exp": now + 600,
        "iat": now,
        "nonce": nonce,
        "name": whom,
        "email_verified": True,
        **given,
    }
    header = {"alg": "RS256", "kid": "test"}
    if forged == "none":
        return ".".join((_part({"alg": "none"}), _part(claims), ""))
    if forged == "HS256":
        head = f"{_part({'alg': 'HS256'})}.{_part(claims)}"
        signature = hmac.digest(CLIENT_SECRET.encode(), head.encode(), "sha256")
        return f"{head}.{_encoded(signature)}"
    token = jwt.encode(header, claims, FORGER if forged == "key" else KEY)
    if forged == "claims":
        head, _, signature = token.split(".")
        return f"{head}.{_part(claims | {'email': 'ada@example.org'})}.{signature}"
    return token


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _part(content: dict[str, Any]) -> str:
    return _encoded(json.dumps(content).encode())


class Provider(BaseHTTPRequestHandler):
    """The provider's endpoints."""

    codes: dict[str, dict[str, str]] = {}  # noqa: RUF012 (what was given out, by all requests)

    def do_GET(self) -> None:
        """Answer discovery, keys, the page to choose from, and signing out."""
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        match address.path:
            case "/.well-known/openid-configuration":
                self._json(self._discovery())
            case "/jwks":
                self._json({"keys": [KEY.as_dict(private=False)]})
            case "/authorize":
                self._choose(asked)
            case "/chosen":
                self._chosen(asked)
            case "/logout":
                self._go(asked["post_logout_redirect_uri"])
            case _:
                self._say(404, "text/plain", "there is nothing here")

    def do_POST(self) -> None:
        """Exchange a code for tokens."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        granted = self.codes.pop(asked.get("code", ""), None)
        verifier = _encoded(hashlib.sha256(asked.get("code_verifier", "").encode()).digest())
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if (
            urlsplit(self.path).path != "/token"
            or granted is None
            or self.headers.get("Authorization") != f"Basic {basic}"
            or granted["redirect_uri"] != asked.get("redirect_uri")
            or granted["code_challenge"] != verifier
        ):
            self._say(400, "application/json", '{"error": "invalid_grant"}')
            return
        token = id_token(granted["as"], self._issuer(), granted["nonce"])
        self._json({"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "id_token": token})

    def _issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def _discovery(self) -> dict[str, Any]:
        here = self._issuer()
        return {
            "issuer": here,
            "authorization_endpoint": f"{here}/authorize",
            "token_endpoint": f"{here}/token",
            "jwks_uri": f"{here}/jwks",
            "end_session_endpoint": f"{here}/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def _choose(self, asked: dict[str, str]) -> None:
        hidden = "".join(f'<input type="hidden" name="{name}" value="{html.escape(asked[name])}">' for name in asked)
        shown = [html.escape(whom) for whom in IDENTITIES]
        buttons = "".join(f'<p><button name="as" value="{whom}">{whom}</button></p>' for whom in shown)
        form = f'<form action="/chosen">{hidden}{buttons}</form>'
        page = f'<!doctype html><html lang="en"><title>Test provider</title><h1>Who are you?</h1>{form}</html>'
        self._say(200, "text/html", page)

    def _chosen(self, asked: dict[str, str]) -> None:
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        self._go(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    def _go(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.end_headers()

    def _json(self, content: dict[str, Any]) -> None:
        self._say(200, "application/json", json.dumps(content))

    def _say(self, status: int, kind: str, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *said: object) -> None:
        """Keep quiet."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Provider).serve_forever()
