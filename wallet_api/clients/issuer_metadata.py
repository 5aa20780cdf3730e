"""What agencies say of themselves: issuer and server metadata, read by the rules and kept for a few minutes."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, final

from credentials.clock import Clock
from credentials.errors import MalformedInput
from credentials.keys import PublicJwk
from credentials.openid import well_known
from credentials.openid.authorization_server import AuthorizationServerMetadata, parse_authorization_server
from credentials.openid.display import display_for
from credentials.openid.errors import PeerRefused, parse_error
from credentials.openid.issuer_metadata import CredentialConfiguration, IssuerMetadata, parse_issuer_metadata
from credentials.openid.signed_metadata import MEDIA_TYPE as SIGNED
from credentials.openid.signed_metadata import open_signed_metadata
from credentials.trust import recognise_issuer
from credentials.trust.x509 import public_jwk
from service.http import JSON, Answer, OutboundClient
from wallet_api.clients.key_proofs import can_prove
from wallet_api.domain.issuance import ANY_CREDENTIAL, CASE, OVERVIEW, IssuerDescription, Kind
from wallet_api.domain.refusals import refusal
from wallet_api.ports import TrustSource

METADATA_SECONDS: Final = 300.0
# What the screens speak; an issuer may leave out the rest (section 12.2.2).
_LANGUAGES: Final = {"accept-language": "nl, en;q=0.5"}
_MAX_KEPT: Final = 500

# Our own types in JSON-LD bear a name; the wallet knows them by their URN whatever secures them.
_NAMES: Final = {"BetaalverplichtingenOverzicht": OVERVIEW, "FinancieleZaak": CASE}


@dataclass(frozen=True, slots=True)
class Known:
    """One agency's metadata, whole and in short."""

    metadata: IssuerMetadata
    server: AuthorizationServerMetadata
    description: IssuerDescription
    until: float


@final
class IssuerDirectory:
    """Agencies' metadata. Safe for threads."""

    def __init__(
        self,
        http: OutboundClient,
        clock: Clock,
        trust: TrustSource,
        *,
        unsigned: bool = True,
        insecure_localhost: bool = False,
    ) -> None:
        """Without `unsigned`, metadata that are not signed are not taken."""
        self._http = http
        self._clock = clock
        self._trust = trust
        self._unsigned = unsigned
        self._insecure = insecure_localhost
        self._kept: dict[str, Known] = {}
        self._one = threading.Lock()

    def known(self, credential_issuer: str) -> Known:
        """Return an agency's metadata. Raises Unavailable, MalformedInput, IssuerRefused."""
        with self._one:
            kept = self._kept.get(credential_issuer)
            if kept is not None and kept.until > time.monotonic():
                return kept
        fetched = self._fetch(credential_issuer)
        with self._one:
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
            self._kept[credential_issuer] = fetched
        return fetched

    def forget(self, credential_issuer: str) -> None:
        """Have an agency's metadata fetched anew, as they turned out to be old."""
        with self._one:
            self._kept.pop(credential_issuer, None)

    def _fetch(self, credential_issuer: str) -> Known:
        metadata = parse_issuer_metadata(
            self._document(credential_issuer), credential_issuer=credential_issuer, insecure_localhost=self._insecure
        )
        issuer = metadata.authorization_servers[0] if metadata.authorization_servers else credential_issuer
        url = well_known.inserted(issuer, well_known.AUTHORIZATION_SERVER)
        server = parse_authorization_server(
            body_of(self._http.get(url, JSON)), issuer=issuer, insecure_localhost=self._insecure
        )
        kinds = tuple(kind for each in metadata.configurations.values() if (kind := kind_of(each)) is not None)
        description = IssuerDescription(
            credential_issuer, issuer, server.iss_in_response, kinds, metadata.batch_size or 1
        )
        return Known(metadata, server, description, time.monotonic() + METADATA_SECONDS)

    def _document(self, credential_issuer: str) -> bytes:
        """Return the issuer's metadata, signed by it where it can be (OpenID4VCI 1.0 section 12.2.3)."""
        url = well_known.inserted(credential_issuer, well_known.CREDENTIAL_ISSUER)
        accept = f"{SIGNED}, {JSON};q=0.5"
        participant = self._trust.current().find(credential_issuer)
        if self._unsigned and (participant is None or not participant.anchors):
            # Nobody has said by which certificates this issuer signs, so that its signature would say nothing.
            accept = JSON
        answer = self._http.get(url, accept, headers=_LANGUAGES)
        if answer.ok and answer.content_type == SIGNED:
            return open_signed_metadata(
                answer.body.decode("ascii", "replace"),
                credential_issuer=credential_issuer,
                now=self._clock.now(),
                signer_key=partial(self._key, credential_issuer),
            )
        body = body_of(answer)
        if not self._unsigned:
            raise MalformedInput("the issuer's metadata are not signed")
        return body

    def _key(self, credential_issuer: str, x5c: Sequence[bytes], now: datetime) -> PublicJwk:
        recognise_issuer(self._trust.current(), now, identifier=credential_issuer, x5c=tuple(x5c))
        return public_jwk(x5c[0])


def body_of(answer: Answer) -> bytes:
    """Return the JSON body of a good answer. Raises IssuerRefused for an error, MalformedInput for anything else."""
    if not answer.ok:
        try:
            raise parse_error(answer.status, answer.body)
        except PeerRefused as error:
            raise refusal(error.error, answer.status) from error
    if answer.content_type != JSON and not answer.content_type.endswith("+json"):
        raise MalformedInput("the answer is not JSON")
    return answer.body


def kind_of(configuration: CredentialConfiguration) -> Kind | None:
    """Return a configuration as a kind of card; None for one that this wallet cannot keep."""
    types = [_NAMES.get(name, name) for name in configuration.types if name != "VerifiableCredential"]
    if not types and "VerifiableCredential" in configuration.types:
        # It says no more than that it is a credential, and whatever it turns out to be is one.
        types = [ANY_CREDENTIAL]
    if not types or not can_prove(configuration):
        # This wallet keeps cards that are bound to a P-256 key of its own; pages say that others stay behind.
        return None
    shown = display_for(configuration.display, "nl")
    return Kind(
        configuration.id,
        configuration.format,
        types[-1],
        (shown and shown.name) or configuration.id,
        signed_with=configuration.algorithms,
    )
