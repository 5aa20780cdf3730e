"""The errors of presentation: a wallet's of a request, and a verifier's of an answer (OpenID4VP 1.0 section 8)."""

from enum import StrEnum

from credentials.openid.errors.oauth import OAuthError


class PresentationError(OAuthError):
    """A wallet's refusal of a presentation request (OpenID4VP 1.0 section 8.5)."""

    code = "vp_error"
    error = "invalid_request"


class InvalidPresentationRequest(PresentationError):
    """The request is malformed, contradicts itself, or is not by the verifier it names."""

    code = "vp_invalid_request"


class UnknownSigner(InvalidPresentationRequest):
    """Nobody here can tell whose key a request is signed with, so that its signature says nothing."""

    code = "vp_unknown_signer"


class VpFormatsNotSupported(PresentationError):
    """None of the requested formats is known here."""

    code = "vp_formats_not_supported"
    error = "vp_formats_not_supported"


class InvalidRequestUriMethod(PresentationError):
    """`request_uri_method` is neither `get` nor `post`."""

    code = "vp_invalid_request_uri_method"
    error = "invalid_request_uri_method"


class InvalidTransactionData(PresentationError):
    """The request carries transaction data, and we know no type of it."""

    code = "vp_invalid_transaction_data"
    error = "invalid_transaction_data"


class WalletUnavailable(PresentationError):
    """The wallet cannot answer."""

    code = "vp_wallet_unavailable"
    error = "wallet_unavailable"


class InvalidResponse(OAuthError):
    """What was posted to our `response_uri` is no acceptable answer; nothing of it is kept."""

    code = "vp_invalid_response"
    error = "invalid_request"


class ResponseTooLarge(InvalidResponse):
    """An answer is larger, or holds more presentations, than this verifier takes, and said that it takes."""

    code = "vp_response_too_large"
    status = 413


class Unmet(StrEnum):
    """In what an answer falls short of its query."""

    CARDS = "cards"
    KIND = "kind"
    CLAIMS = "claims"


class UnsatisfiedQuery(InvalidResponse):
    """The presentations do not answer the query (OpenID4VP 1.0 section 8.6).

    `unmet` says in what; of claims `lacking` holds the paths, as they were asked, of those that are not there, or not
    with a value that would do.
    """

    code = "vp_unsatisfied_query"

    def __init__(
        self, detail: str = "", *, unmet: Unmet, lacking: tuple[tuple[str | int | None, ...], ...] = ()
    ) -> None:
        self.unmet = unmet
        self.lacking = lacking
        super().__init__(detail)
