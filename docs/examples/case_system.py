"""A verifier's API for a case system: ask a client for proven debts, read what came of it, and take it along.

One file to copy into your own system. It needs `httpx2`, and `joserfc` for access tokens; nothing of Blauwe Knop.

Example:
    with httpx2.Client(base_url="https://schuldhulp.example", timeout=30) as http:
        verifier = Verifier(http, KeyAccess(http, "zaaksysteem", key))
        asked = verifier.ask("intake", once="dossier-2026-0117")
        show_as_qr_code(asked.link)
        answer = verifier.wait(asked.id)
        if answer.status == "beantwoord":
            print(answer.totals["saldo"], "cents", "complete" if answer.complete else "not complete")
"""

import base64
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, cast
from urllib.parse import urlencode

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey

ROOT: Final = "/api/v1/verificatieverzoeken"
TOKEN: Final = "/api/oauth/token"  # noqa: S105  # a path
Status: TypeAlias = Literal["open", "beantwoord", "geweigerd", "ingetrokken", "verlopen"]
Access: TypeAlias = Callable[[], str]
"""What gives a bearer token; `lambda: token` for one of a file."""

_EARLY_SECONDS: Final = 60
_TOLERANCE_SECONDS: Final = 300


class RefusedError(Exception):
    """An answer that is no success (RFC 9457): `code` is stable, `detail` is for people."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("type", "")).rpartition("/")[2]
        self.detail = str(problem.get("detail") or problem.get("title") or "")
        super().__init__(f"{status} {self.code}: {self.detail}")


class ForgedError(Exception):
    """A message that is not the verifier's, or too old."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A request, and once it is answered what is proven. Amounts are whole euro cents; None is not known."""

    id: str
    status: Status
    expires_at: datetime
    document: Mapping[str, Any] = field(repr=False)
    """Everything, as the API says it."""
    link: str = field(default="", repr=False)
    """What to show as a QR code; of a request that was just made."""

    @property
    def totals(self) -> Mapping[str, int | None]:
        """The sums of what is proven, by their Dutch names; empty before there is an answer."""
        return cast("Mapping[str, int | None]", self.document.get("totalen", {}))

    @property
    def complete(self) -> bool:
        """Whether every organisation of the scheme is there, and every debt of each."""
        return self.document.get("volledig") is True

    @property
    def debts(self) -> Sequence[Mapping[str, Any]]:
        """The debts one by one."""
        return cast("Sequence[Mapping[str, Any]]", self.document.get("schulden", ()))


class KeyAccess:
    """Access tokens by a key of your own (`private_key_jwt`, RFC 7523), got anew in good time."""

    def __init__(self, http: httpx2.Client, client_id: str, key: ECKey, *, scope: str | None = None) -> None:
        self._http = http
        self._client_id = client_id
        self._key = key
        self._scope = {} if scope is None else {"scope": scope}
        self._token, self._until = "", 0.0

    def __call__(self) -> str:
        """Return a token that is good for a while. Raises RefusedError."""
        now = time.time()
        if now < self._until - _EARLY_SECONDS:
            return self._token
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": f"{str(self._http.base_url).rstrip('/')}/api",
            "jti": secrets.token_urlsafe(16),
            "iat": int(now),
            "exp": int(now) + 60,
        }
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode({"alg": "ES256"}, claims, self._key),
            **self._scope,
        }
        answer = self._http.post(TOKEN, data=form)
        given = answer.json()
        if answer.status_code != httpx2.codes.OK:
            raise RefusedError(
                answer.status_code, {"type": given.get("error"), "detail": given.get("error_description")}
            )
        self._token, self._until = given["access_token"], now + given["expires_in"]
        return self._token


class Verifier:
    """A verifier, as one case system meets it. Every method raises RefusedError, and what `httpx2` raises."""

    def __init__(self, http: httpx2.Client, access: Access) -> None:
        self._http = http
        self._access = access

    def ask(self, template: str, *, once: str | None = None, formats: Sequence[str] = ()) -> Answer:
        """Ask by a template: `snelscan`, `intake` or `schuldregeling`.

        With `once`, a name of your own for this request, it is made once however often you send it within 24 hours.
        """
        body: dict[str, Any] = {"sjabloon": template, **({"formaten": [*formats]} if formats else {})}
        headers = {} if once is None else {"Idempotency-Key": json.dumps(once)}
        return _answer(self._send("POST", ROOT, json=body, headers=headers))

    def read(self, id: str) -> Answer:
        """Read what came of a request so far."""
        return _answer(self._send("GET", f"{ROOT}/{id}"))

    def wait(self, id: str, *, every: float = 3.0, sleep: Callable[[float], None] = time.sleep) -> Answer:
        """Read until something came of a request, or its time is over; webhooks spare you this."""
        while (found := self.read(id)).status == "open":
            sleep(every)
        return found

    def file(self, id: str, name: str) -> bytes:
        """Return an answered request as a file, such as `bestand.xlsx`, `schulden.csv` or `bewijsbundel.zip`."""
        return self._send("GET", f"{ROOT}/{id}/{name}").content

    def changed(self, id: str, since: str) -> Mapping[str, Any]:
        """Return what changed between two requests that were answered, `since` the earlier one."""
        answer = self._send("GET", f"{ROOT}/{id}/veranderingen?{urlencode({'sinds': since})}")
        return cast("Mapping[str, Any]", answer.json())

    def check_again(self, id: str) -> Answer:
        """Have what was answered checked against the issuers' newest status lists."""
        return _answer(self._send("POST", f"{ROOT}/{id}/hercontroles"))

    def delete(self, id: str) -> None:
        """Delete a request with all that came of it."""
        self._send("DELETE", f"{ROOT}/{id}")

    def _send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        **body: Any,  # noqa: ANN401  # as `httpx2` takes it
    ) -> httpx2.Response:
        known = {"Authorization": f"Bearer {self._access()}", **(headers or {})}
        answer = self._http.request(method, path, headers=known, **body)
        if not answer.is_success:
            said = answer.json() if "json" in answer.headers.get("content-type", "") else {}
            raise RefusedError(answer.status_code, said)
        return answer


def message(headers: Mapping[str, str], body: bytes, secret: str, *, now: float) -> tuple[str, str]:
    """Check a webhook (Standard Webhooks 1.0.0) and return its event with the id of the request it is about.

    `secret` is the `whsec_…` that the verifier's `init` made; `now` is in seconds since 1970. Raises ForgedError. The
    same `webhook-id` may come twice.
    """
    id, moment, signed = (headers.get(f"webhook-{each}", "") for each in ("id", "timestamp", "signature"))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = base64.b64encode(hmac.digest(key, b".".join((id.encode(), moment.encode(), body)), "sha256")).decode()
    good = [hmac.compare_digest(f"v1,{right}", each) for each in signed.split(" ")]
    fresh = moment.isascii() and moment.isdigit() and abs(now - int(moment)) <= _TOLERANCE_SECONDS
    if not any(good) or not fresh:
        raise ForgedError
    told = json.loads(body)
    return str(told["type"]), str(told["data"]["id"])


def _answer(response: httpx2.Response) -> Answer:
    document = response.json()
    return Answer(
        document["id"],
        document["status"],
        datetime.fromisoformat(document["verlooptOp"]),
        document,
        document.get("verzoekUri", ""),
    )
