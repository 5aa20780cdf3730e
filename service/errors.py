"""What the frame itself can refuse or fail at."""

from credentials.errors import BlauweKnopError, MalformedInput, Unavailable


class NotExactlyOne(BlauweKnopError):
    """A conditional update changed no row, or more than one: the single use was already made."""

    code = "not_exactly_one"


class Overloaded(Unavailable):
    """Too many want to write, or the disk is too slow for them: nothing was changed, and trying again soon may work."""

    code = "overloaded"


class NotWritten(Unavailable):
    """What was to be written is not on disk: the disk is full or failed. Nothing of it is kept."""

    code = "not_written"


class LogFull(Unavailable):
    """So many lines of the processing log wait that nothing is done any more of which one would have to tell."""

    code = "processing_log_full"


class AddressRefused(BlauweKnopError):
    """An address that we do not connect to: not https, not on the list, or not on the public internet."""

    code = "address_refused"


class Unreachable(Unavailable):
    """The other side did not answer in time, or the connection failed."""

    code = "unreachable"


class AnswerTooLarge(Unavailable):
    """The answer is larger than the stated limit, after decompression."""

    code = "answer_too_large"


class UnexpectedContentType(Unavailable):
    """The answer is of another media type than was asked for."""

    code = "unexpected_content_type"


class UnexpectedStatus(Unavailable):
    """The answer has a status that does not carry the document that was asked for."""

    code = "unexpected_status"


class UnexpectedMediaType(MalformedInput):
    """A request body of another media type than the route reads."""

    code = "unexpected_media_type"


class Unauthorized(BlauweKnopError):
    """No token, or not the right one."""

    code = "unauthorized"


class InvalidApiToken(Unauthorized):
    """The token of a business API is unknown or has expired (RFC 6750 section 3.1)."""

    code = "invalid_api_token"


class InsufficientScope(BlauweKnopError):
    """The access token is good, but not for this operation of a business API (RFC 6750 section 3.1)."""

    code = "insufficient_scope"


class IdempotencyKeyReused(BlauweKnopError):
    """An idempotency key came with another request than before (draft-ietf-httpapi-idempotency-key-header-07, 2.7)."""

    code = "idempotency_key_reused"


class StillRunning(BlauweKnopError):
    """A request with the same idempotency key is under way (draft-ietf-httpapi-idempotency-key-header-07, 2.7)."""

    code = "still_running"


class NotFound(BlauweKnopError):
    """What was asked for does not exist, or not for this caller."""

    code = "not_found"


class LoginNeeded(BlauweKnopError):
    """The page needs a session, and there is none or it has ended."""

    code = "login_needed"


class NotAllowed(BlauweKnopError):
    """Somebody of an organisation's own people whose roles do not open this."""

    code = "not_allowed"


class CsrfRefused(BlauweKnopError):
    """A form that did not come from our own page in this session."""

    code = "csrf_refused"


class SealBroken(BlauweKnopError):
    """Sealed data that does not open: other key, other place, or changed."""

    code = "seal_broken"


class ChainBroken(BlauweKnopError):
    """The audit chain does not add up: a row was changed, removed or inserted."""

    code = "chain_broken"


class PersonalDataInLog(BlauweKnopError):
    """A log line names a field that may hold personal data or a secret."""

    code = "personal_data_in_log"


class LoginRefused(BlauweKnopError):
    """The login provider said no, or what it said cannot be believed."""

    code = "login_refused"


class LoginCancelled(LoginRefused):
    """Who wanted to log in stopped at the login provider."""

    code = "login_cancelled"


class AssuranceTooLow(LoginRefused):
    """Somebody logged in at a lower level, or with fewer factors, than is demanded here."""

    code = "assurance_too_low"


class LoginUnavailable(Unavailable):
    """The login provider does not answer."""

    code = "login_unavailable"


class NotSent(Unavailable):
    """The gateway did not take a message, or was not there; nothing says to whom it was."""

    code = "message_not_sent"
