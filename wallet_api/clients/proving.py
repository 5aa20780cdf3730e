"""Send a request and prove by which key it is sent, with the nonce or challenge that the other side wants."""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Final, final
from urllib.parse import urlsplit

from credentials.clock import Clock
from credentials.keys import Signer
from credentials.openid.authorization_server import AuthorizationServerMetadata
from credentials.openid.client_attestation import CHALLENGE_HEADER
from credentials.openid.dpop import build_dpop_proof
from credentials.openid.errors import parse_error
from service.http import Answer
from wallet_api.clients.attesting import Attesting

DPOP: Final = "DPoP"
USE_NONCE: Final = "use_dpop_nonce"
USE_CHALLENGE: Final = "use_attestation_challenge"
_MAX_NONCES: Final = 2_000
_MAX_NONCE_CHARACTERS: Final = 2_000


@final
class Proving:
    """Sends requests that bear a DPoP proof (RFC 9449), or the word of the wallet's provider, or both."""

    def __init__(self, clock: Clock, attesting: Attesting) -> None:
        self._clock = clock
        self._attesting = attesting
        self._nonces = _Nonces()

    def send(
        self,
        url: str,
        send: Callable[[Mapping[str, str]], Answer],
        dpop: Signer | None,
        attested: tuple[AuthorizationServerMetadata, Signer | None] | None = None,
        *,
        access_token: str | None = None,
    ) -> Answer:
        """Send by `send`, which is handed the headers; once more where the other side wants its nonce in the proof.

        `dpop` is the key that the access token is or will be bound to, `attested` where to authenticate and by which
        key of this wallet. Raises IssuerRefused, Unavailable, MalformedInput.
        """
        nonce = self._nonces.latest(url, dpop)
        challenge: str | None = None
        again = {USE_NONCE, USE_CHALLENGE}
        while True:
            headers = {} if attested is None else self._attesting.headers(*attested, challenge)
            answer = send({**headers, **self._headers(url, dpop, access_token, nonce)})
            fresh = answer.headers.get("dpop-nonce")
            # RFC 9449 section 8.2: the latest nonce is the one to use, whatever it came with.
            if fresh is not None:
                self._nonces.keep(url, dpop, fresh)
            # RFC 9449 sections 8 and 9, attestation-based client authentication 07 section 6.2: the server wants its
            # nonce or its challenge in the proof; each once. Whatever else it says would only be said again.
            wanted = _wanted(answer) & again
            other = answer.headers.get(CHALLENGE_HEADER.lower())
            if USE_NONCE in wanted and fresh is not None and dpop is not None:
                nonce = fresh
            elif USE_CHALLENGE in wanted and other is not None and headers:
                challenge = other
            else:
                return answer
            again -= wanted

    def _headers(self, url: str, dpop: Signer | None, access_token: str | None, nonce: str | None) -> Mapping[str, str]:
        headers: dict[str, str] = {}
        if access_token is not None:
            headers["authorization"] = f"{'Bearer' if dpop is None else DPOP} {access_token}"
        if dpop is not None:
            headers["dpop"] = build_dpop_proof(
                dpop,
                method="POST",
                url=url,
                now=self._clock.now(),
                jti=secrets.token_urlsafe(16),
                access_token=access_token,
                nonce=nonce,
            )
        return headers


class _Nonces:
    """The latest nonce of each server, for each key: a key is of one visit, so that no nonce leads to another one."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._lock = Lock()

    def latest(self, url: str, key: Signer | None) -> str | None:
        """Return the nonce to begin with."""
        if key is None:
            return None
        with self._lock:
            return self._kept.get(_place(url, key))

    def keep(self, url: str, key: Signer | None, nonce: str) -> None:
        """Remember a nonce, and forget the one that was used longest ago when there are many."""
        if key is None or len(nonce) > _MAX_NONCE_CHARACTERS:
            return
        with self._lock:
            self._kept[_place(url, key)] = nonce
            self._kept.move_to_end(_place(url, key))
            if len(self._kept) > _MAX_NONCES:
                self._kept.popitem(last=False)


def _place(url: str, key: Signer) -> tuple[str, str]:
    return urlsplit(url).netloc, key.public_jwk.thumbprint


def _wanted(answer: Answer) -> frozenset[str]:
    """Return what the server says is missing: in the body, and at a resource in its challenge (RFC 9449 section 9)."""
    if answer.status not in (400, 401):
        return frozenset()
    said = {parse_error(answer.status, answer.body).error}
    if f'error="{USE_NONCE}"' in answer.headers.get("www-authenticate", ""):
        said.add(USE_NONCE)
    return frozenset(said)


def takes_dpop(server: AuthorizationServerMetadata) -> bool:
    """Say whether this server binds tokens to a key of ours."""
    return "ES256" in server.dpop_algorithms
