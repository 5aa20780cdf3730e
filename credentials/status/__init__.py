"""Status: what has become of a credential since it was issued.

Two list formats, two bit orders, two modules: `token_list` (Token Status List, least significant bit first) and
`bitstring` (Bitstring Status List, most significant bit first). `checker` reads both and fails closed: a caller gets
one of three answers (`StatusAnswer`), valid, not valid, or not checked.
"""

from credentials.status.aggregation import read_aggregation
from credentials.status.allocation import ListFull, choose_indices
from credentials.status.bitstring import Bitstring, list_credential
from credentials.status.checker import StatusChecker
from credentials.status.errors import (
    StatusError,
    StatusIndexOutOfRange,
    StatusListExpired,
    StatusListMalformed,
    StatusListTooShort,
    StatusListUntrusted,
    StatusUnavailable,
    StatusValueUnknown,
)
from credentials.status.lists import Limits
from credentials.status.token_list import TokenStatusList, sign_status_list
from credentials.status.values import Status, StatusAnswer, StatusResult, Verdict

__all__ = [
    "Bitstring",
    "Limits",
    "ListFull",
    "Status",
    "StatusAnswer",
    "StatusChecker",
    "StatusError",
    "StatusIndexOutOfRange",
    "StatusListExpired",
    "StatusListMalformed",
    "StatusListTooShort",
    "StatusListUntrusted",
    "StatusResult",
    "StatusUnavailable",
    "StatusValueUnknown",
    "TokenStatusList",
    "Verdict",
    "choose_indices",
    "list_credential",
    "read_aggregation",
    "sign_status_list",
]
