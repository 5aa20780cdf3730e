"""What a wallet refuses, and what it cannot do. Codes are stable; the screens turn them into plain Dutch."""

from datetime import timedelta

from credentials.errors import BlauweKnopError


class UnknownWallet(BlauweKnopError):
    """The wallet number or the PIN is not right, or the recovery code; what of it is not said."""

    code = "unknown_wallet"


class UnknownPasskey(UnknownWallet):
    """No wallet here opens with this passkey."""

    code = "unknown_passkey"


class PasskeyRefused(BlauweKnopError):
    """What a passkey or its browser answered does not hold: another challenge, site, key or counter than it must be."""

    code = "passkey_refused"


class PasskeysOff(BlauweKnopError):
    """This wallet has no passkeys: its address is an IP address, which no passkey can be made for."""

    code = "passkeys_off"


class LastWayIn(BlauweKnopError):
    """A lock that may not go, since no other would be left with which the wallet is opened every day."""

    code = "last_way_in"


class TooManyPasskeys(BlauweKnopError):
    """A wallet has as many passkeys as it may have."""

    code = "too_many_passkeys"


class TooManyAttempts(BlauweKnopError):
    """The PIN or recovery code was wrong too often; wait before the next attempt."""

    code = "too_many_attempts"

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        super().__init__(f"wait {int(wait.total_seconds())} seconds")


class WeakPin(BlauweKnopError):
    """A PIN or password that is easy to guess. `reason`: short, long, repeated, sequence, number, common or phrase."""

    code = "weak_pin"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class UnreadableWalletFile(BlauweKnopError):
    """A file that is no wallet's, was changed, is of a newer version, or opens with another passphrase."""

    code = "unreadable_wallet_file"


class WalletNotEmpty(BlauweKnopError):
    """A file is put back into an empty wallet only: two wallets are never mixed."""

    code = "wallet_not_empty"


class UnknownStep(BlauweKnopError):
    """An answer to a question that this wallet did not ask, or that was answered before."""

    code = "unknown_step"


class Expired(BlauweKnopError):
    """The step took too long; begin again."""

    code = "expired"


class IssuerMixedUp(BlauweKnopError):
    """The answer comes from another authorization server than the one asked (RFC 9207 section 2.4)."""

    code = "issuer_mixed_up"


class CitizenDeclined(BlauweKnopError):
    """The citizen stopped at the agency, or the agency says that access was denied."""

    code = "citizen_declined"


class IssuerRefused(BlauweKnopError):
    """The agency answered with an error, for a reason that it did not say or that we do not know.

    `reason` is its OAuth or OpenID error code if that is a known one, else `unknown`: its own text goes no further.
    """

    code = "issuer_refused"

    def __init__(self, reason: str = "unknown") -> None:
        self.reason = reason
        super().__init__(reason)


class WalletNotKnown(IssuerRefused):
    """The agency does not know this wallet, or not under this address."""

    code = "wallet_not_known"


class RequestNotUnderstood(IssuerRefused):
    """The agency does not understand what this wallet asks, or not in the way in which it asks."""

    code = "request_not_understood"


class CardsRefused(IssuerRefused):
    """The agency does not give these cards to this citizen."""

    code = "cards_refused"


class PermissionOver(IssuerRefused):
    """What the agency was shown (a code, a token) was used, is over, or is not good."""

    code = "permission_over"


class IssuerBroken(IssuerRefused):
    """Something went wrong at the agency."""

    code = "issuer_broken"


class IssuerBusy(IssuerRefused):
    """The agency cannot answer just now."""

    code = "issuer_busy"


class CardsLater(IssuerRefused):
    """The agency will have the cards later."""

    code = "cards_later"


class TransactionCodeWrong(BlauweKnopError):
    """The code that belongs to an offer is missing or wrong."""

    code = "transaction_code_wrong"


class CardRefused(BlauweKnopError):
    """A card that the agency sent is not sound, so it was not kept. `reason` is the code of the check that failed."""

    code = "card_refused"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class UnlistedIssuer(BlauweKnopError):
    """Whoever offers cards is not on the trust list; this wallet takes nothing from them."""

    code = "unlisted_issuer"


class UnreadablePaper(BlauweKnopError):
    """A file that a citizen wants read is no FCID document that agrees with itself, or too large."""

    code = "unreadable_paper"


class TooManyPapers(BlauweKnopError):
    """A citizen has as many files from elsewhere as a wallet keeps."""

    code = "too_many_papers"


class NothingOffered(BlauweKnopError):
    """The offer or the agency has no card that this wallet can keep."""

    code = "nothing_offered"


class NotRecognised(BlauweKnopError):
    """Text that was scanned or pasted and is neither an offer nor a request."""

    code = "not_recognised"


class RequestRefused(BlauweKnopError):
    """A request for cards that must not be answered. `reason` says which rule it breaks."""

    code = "request_refused"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class AlreadyAnswered(BlauweKnopError):
    """The request was answered before: each request is answered once."""

    code = "already_answered"


class NotDelivered(BlauweKnopError):
    """The organisation did not take the answer. Nothing is known to have been received."""

    code = "not_delivered"


class TooLargeForThem(NotDelivered):
    """The organisation said that the answer is larger than it takes. Nothing of it was received."""

    code = "too_large_for_them"


class TooMuchAtOnce(BlauweKnopError):
    """More was chosen than goes to this organisation. Nothing was sent. `fits` is how many cards may go, about."""

    code = "too_much_at_once"

    def __init__(self, fits: int) -> None:
        super().__init__("more was chosen than fits")
        self.fits = fits


class NotAsShown(BlauweKnopError):
    """What would go out is not what the citizen was shown when they decided; they must look and decide again."""

    code = "not_as_shown"


class NothingSelected(BlauweKnopError):
    """Sharing without any card, or without one that the request cannot do without."""

    code = "nothing_selected"


class ChangedMeanwhile(BlauweKnopError):
    """The stored item was changed by another window since it was read."""

    code = "changed_meanwhile"


class UnknownRequester(BlauweKnopError):
    """Whoever asks is not on the trust list, and the citizen did not say that they know themselves who it is."""

    code = "unknown_requester"


class UnknownHost(BlauweKnopError):
    """A request is from a host that nobody on the trust list has; the citizen must agree before it is fetched or shown.

    `host` is for the page that asks.
    """

    code = "unknown_host"

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__()
