"""Why a status could not be read. None of these ever means "valid"."""

from credentials.errors import BlauweKnopError, Unavailable


class StatusError(BlauweKnopError):
    """The status of a credential is not known."""

    code = "status_unknown"


class StatusUnavailable(StatusError, Unavailable):
    """The list could not be fetched."""

    code = "status_unavailable"


class StatusListMalformed(StatusError):
    """The list is not what its specification says, is too large, or is another list than the one asked for."""

    code = "status_list_malformed"


class StatusListUntrusted(StatusError):
    """The list is not signed by the issuer of the credential."""

    code = "status_list_untrusted"


class StatusListExpired(StatusError):
    """The list is too old to rely on, or not valid yet."""

    code = "status_list_expired"


class StatusIndexOutOfRange(StatusError):
    """The credential refers to a place that the list does not have."""

    code = "status_index_out_of_range"


class StatusPurposeMismatch(StatusError):
    """The list is for another purpose than the credential's entry, or for one that we do not know."""

    code = "status_purpose_mismatch"
