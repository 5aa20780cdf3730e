"""Status: what has become of a credential since it was issued.

Two list formats, two bit orders, two modules: `token_list` (Token Status List, 2 bits, least significant bit first) and
`bitstring` (Bitstring Status List, most significant bit first). `checker` reads both and fails closed.
"""

from credentials.status.allocation import ListFull, choose_indices
from credentials.status.bitstring import Bitstring, list_credential
from credentials.status.checker import Limits, StatusChecker
from credentials.status.errors import (
    StatusError,
    StatusIndexOutOfRange,
    StatusListExpired,
    StatusListMalformed,
    StatusListUntrusted,
    StatusUnavailable,
)
from credentials.status.token_list import TokenStatusList, sign_status_list
from credentials.status.values import Status

__all__ = [
    "Bitstring",
    "Limits",
    "ListFull",
    "Status",
    "StatusChecker",
    "StatusError",
    "StatusIndexOutOfRange",
    "StatusListExpired",
    "StatusListMalformed",
    "StatusListUntrusted",
    "StatusUnavailable",
    "TokenStatusList",
    "choose_indices",
    "list_credential",
    "sign_status_list",
]
