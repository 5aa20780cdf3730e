"""Why a status could not be read. None of these ever means "valid".

Each bears the `type` URL of a problem document: the specification's own (Bitstring Status List 1.0 section 3.5), or
that of the data model where the algorithms of section 3 raise one of its errors.
"""

from typing import ClassVar, Final

from credentials.errors import BlauweKnopError, Unavailable

PROBLEM_BASE: Final = "https://www.w3.org/ns/credentials/status-list#"
_DATA_MODEL: Final = "https://www.w3.org/TR/vc-data-model#"


class StatusError(BlauweKnopError):
    """The status of a credential is not known."""

    code = "status_unknown"
    problem_type: ClassVar[str] = f"{PROBLEM_BASE}STATUS_VERIFICATION_ERROR"


class StatusUnavailable(StatusError, Unavailable):
    """The list could not be fetched."""

    code = "status_unavailable"
    problem_type = f"{PROBLEM_BASE}STATUS_RETRIEVAL_ERROR"


class StatusListMalformed(StatusError):
    """The list is not what its specification says, is too large, or is another list than the one asked for."""

    code = "status_list_malformed"
    problem_type = f"{_DATA_MODEL}MALFORMED_VALUE_ERROR"


class StatusListTooShort(StatusListMalformed):
    """The list has too few entries for one of them to hide among."""

    code = "status_list_too_short"
    problem_type = f"{PROBLEM_BASE}STATUS_LIST_LENGTH_ERROR"


class StatusListUntrusted(StatusError):
    """The list is not signed by the issuer of the credential."""

    code = "status_list_untrusted"


class StatusListExpired(StatusError):
    """The list is too old to rely on, or not valid yet."""

    code = "status_list_expired"


class StatusIndexOutOfRange(StatusError):
    """The credential refers to a place that the list does not have."""

    code = "status_index_out_of_range"
    problem_type = f"{_DATA_MODEL}RANGE_ERROR"


class StatusPurposeMismatch(StatusError):
    """The list is for another purpose than the credential's entry, or for one that we do not know."""

    code = "status_purpose_mismatch"


class StatusValueUnknown(StatusError):
    """The list holds a value that means something which nobody has told us."""

    code = "status_value_unknown"
