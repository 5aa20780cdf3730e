"""What an issuer refuses, and what it cannot do. `issuer.web.problems` says how each is told."""

from credentials.errors import BlauweKnopError, MalformedInput, Unavailable


class SourceUnavailable(Unavailable):
    """The debts of this person cannot be read now; nothing may be said about them."""

    code = "source_unavailable"


class BadSourceData(MalformedInput):
    """A file of the source that is refused whole. The message names file, line and field, never a value."""

    code = "bad_source_data"


class OfferNotFound(BlauweKnopError):
    """There is no such offer, or it has expired."""

    code = "offer_not_found"


class InvalidGrant(BlauweKnopError):
    """A code that is unknown, expired, used, killed, or meant for somebody else."""

    code = "invalid_grant"


class WrongTxCode(InvalidGrant):
    """Not the transaction code of this offer; the attempt is counted."""

    code = "wrong_tx_code"


class TxCodeMissing(BlauweKnopError):
    """The offer demands a transaction code and the request has none."""

    code = "tx_code_missing"


class TxCodeUnexpected(BlauweKnopError):
    """The request has a transaction code and the offer has none."""

    code = "tx_code_unexpected"


class InvalidClient(BlauweKnopError):
    """No client, or a redirect URI that this client may not use."""

    code = "invalid_client"


class UnattestedWallet(BlauweKnopError):
    """A wallet that does not authenticate, where the profile wants that."""

    code = "unattested_wallet"


class UnboundToken(BlauweKnopError):
    """A token request without a DPoP proof, where the profile wants one."""

    code = "unbound_token"


class ForbiddenByProfile(BlauweKnopError):
    """An offer that the profile does not have."""

    code = "forbidden_by_profile"


class InvalidScope(BlauweKnopError):
    """The request asks for no credential that we issue."""

    code = "invalid_scope"


class UnknownConfiguration(BlauweKnopError):
    """A credential configuration that does not exist here."""

    code = "unknown_credential_configuration"


class ConfigurationNotGranted(BlauweKnopError):
    """A credential that exists but that this access token does not cover."""

    code = "configuration_not_granted"


class UnknownIdentifier(BlauweKnopError):
    """A credential identifier that was not given with this access token."""

    code = "unknown_credential_identifier"


class SeveralDatasets(BlauweKnopError):
    """A configuration with several credentials, asked for without saying which."""

    code = "several_datasets"


class NothingToIssue(BlauweKnopError):
    """A configuration with no credential for this person: there are no open cases here."""

    code = "nothing_to_issue"


class TooManyRequests(BlauweKnopError):
    """More credential requests under one access token than any wallet needs."""

    code = "too_many_credential_requests"


class StatusListsFull(Unavailable):
    """No free place was found in a status list."""

    code = "status_lists_full"


class StatusListNotFound(BlauweKnopError):
    """There is no status list of this number and kind."""

    code = "status_list_not_found"


class NothingIssued(BlauweKnopError):
    """Nothing was issued that fits what is to be withdrawn."""

    code = "nothing_issued"


class LoginRefused(BlauweKnopError):
    """The login provider said no, or what it said cannot be believed."""

    code = "login_refused"


class LoginCancelled(LoginRefused):
    """The citizen stopped at the login provider."""

    code = "login_cancelled"


class AssuranceTooLow(LoginRefused):
    """The citizen logged in at a lower level than these facts demand."""

    code = "assurance_too_low"


class LoginUnavailable(Unavailable):
    """The login provider does not answer."""

    code = "login_unavailable"


class SomebodyElse(BlauweKnopError):
    """The citizen who logged in is not the one the offer was made for."""

    code = "somebody_else"


class AuthorisationEnded(BlauweKnopError):
    """The wallet's request has expired or was answered already; it must begin again."""

    code = "authorisation_ended"
