"""Carry a sealed question to an agency (OpenID4VCI 1.0 section 9), and tell by the status alone what came of it."""

from http import HTTPStatus
from typing import Final, final

from credentials import limits
from credentials.keys import SoftwareSigner
from credentials.openid.credential_encryption import MEDIA_TYPE
from service.http import OutboundClient
from wallet_api.clients.proving import Proving
from wallet_api.clients.sealing import ACCEPT
from wallet_api.domain.errand import Answered, Asking, Errand, Outcome, Over

# Nobody is to blame but the moment.
_LATER: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT})


@final
class HttpMessenger:
    """The port `Messenger`."""

    def __init__(self, http: OutboundClient, proving: Proving) -> None:
        self._http = http
        self._proving = proving

    def carry(self, errand: Errand) -> Outcome:
        """Ask once. Raises Unavailable, AddressRefused."""
        content = errand.content.encode("ascii")
        answer = self._proving.send(
            errand.url,
            lambda headers: self._http.post(
                errand.url,
                content,
                MEDIA_TYPE,
                accept=ACCEPT,
                headers=headers,
                max_bytes=limits.JWE_CHARACTERS,
            ),
            SoftwareSigner.from_private_jwk(errand.dpop) if errand.dpop is not None else None,
            access_token=errand.access_token,
        )
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in _LATER:
            return Asking()
        # Section 9.2: 202 until it is ready. How long to wait stands inside, where the vault alone can read it.
        if answer.status == HTTPStatus.ACCEPTED:
            return Asking()
        # What is not sealed, as was asked, is somebody's in between: nothing of it is kept.
        if answer.status != HTTPStatus.OK or answer.content_type != MEDIA_TYPE or not answer.body.isascii():
            return Over()
        return Answered(answer.body.decode("ascii").strip())
