"""What an issuer refuses, and what it cannot do. `issuer.web.problems` says how each is told."""

from credentials.errors import BlauweKnopError, ConfigurationError, MalformedInput, Unavailable
from issuer.domain.wallet_login import Fault
from service.errors import LoginRefused


class SourceUnavailable(Unavailable):
    """The debts of this person cannot be read now; nothing may be said about them."""

    code = "source_unavailable"


class BadSourceData(MalformedInput):
    """A file of the source that is refused whole. The message names file, line and field, never a value."""

    code = "bad_source_data"


class ImportOvertaken(BlauweKnopError):
    """Somebody else imports debts under the same name at this moment."""

    code = "import_overtaken"


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


class TooManyNotices(BlauweKnopError):
    """As many notices of deficient data stand or are announced as an overview has room for."""

    code = "too_many_notices"


class NoticeNotFound(BlauweKnopError):
    """There is no such notice, or it was ended already."""

    code = "notice_not_found"


class NoBsn(LoginRefused):
    """What the provider says of somebody is no citizen service number, or one of another sector."""

    code = "no_bsn"


class BsnNotAllowed(LoginRefused):
    """A provider states a citizen service number to a private creditor, who may not process it."""

    code = "bsn_not_allowed"


class NoCustomer(LoginRefused):
    """Whoever logged in is not exactly one customer of this creditor."""

    code = "no_customer"


class WeakCustomerLogin(LoginRefused):
    """A customer logged in with less than the creditor demands."""

    code = "weak_customer_login"


class RepresentationRefused(LoginRefused):
    """Somebody logged in on behalf of somebody else, where that is not taken."""

    code = "representation_refused"


class ActsForAnother(BlauweKnopError):
    """Something that is for the person themselves was asked by who looks on their behalf."""

    code = "acts_for_another"


class NotAnOperator(LoginRefused):
    """Somebody of the agency who has no role at its desk."""

    code = "not_an_operator"


class WalletLoginOver(LoginRefused):
    """A login with a wallet that was not answered in time, was answered wrongly, or was finished already."""

    code = "wallet_login_over"


class OtherBrowser(LoginRefused):
    """Somebody came back from a wallet in a browser that did not ask for the login."""

    code = "other_browser"


class NoSuchPresentationRequest(BlauweKnopError):
    """A wallet comes for a request, or with an answer to one, that does not exist or no longer waits for an answer."""

    code = "no_such_presentation_request"


class PidRefused(BlauweKnopError):
    """A presentation that does not prove who somebody is; `fault` says why."""

    code = "pid_refused"

    def __init__(self, fault: Fault = Fault.UNREADABLE) -> None:
        self.fault = fault
        super().__init__(f"the presentation is not accepted: {fault.value}")


class SomebodyElse(BlauweKnopError):
    """The citizen who logged in is not the one the offer was made for."""

    code = "somebody_else"


class AuthorisationEnded(BlauweKnopError):
    """The wallet's request has expired or was answered already; it must begin again."""

    code = "authorisation_ended"


class KeyStepRefused(ConfigurationError):
    """A step in the life of a signing key that would leave verifiers, or us, without a key that is needed."""

    code = "key_step_refused"


class KeysUnavailable(Unavailable):
    """The signing keys that the state folder names cannot be had now; no other key signs in their place."""

    code = "keys_unavailable"


class CertificateTooShort(Unavailable):
    """Our certificate would end before the credential that it is for; nothing is signed with it."""

    code = "certificate_too_short"
