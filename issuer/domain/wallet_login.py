"""A login with a wallet: what is asked, how long it may take, and why an answer does not count.

The citizen's wallet presents a PID (person identification data, Regulation (EU) 910/2014 article 5a) of which the
agency asks one claim: the citizen service number. A private creditor asks by what it finds a customer instead: a name
and a date of birth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from credentials.encoding import JsonObject, JsonValue
from credentials.openid.dcql import DcqlQuery, parse_query
from credentials.openid.verifier_info import Purpose
from credentials.openid.vp_formats import MDOC, SD_JWT, formats_for

ANSWER_WITHIN: Final = timedelta(minutes=5)
"""How long a wallet may take to answer."""

RETURN_WITHIN: Final = timedelta(minutes=2)
"""How long the browser may take to come back after the answer."""

_QUERY_IDS: Final = {SD_JWT: "pid", MDOC: "pid_mdoc"}


class Fault(StrEnum):
    """Why an answer does not count; it is told to the citizen in words, and says nothing of anybody."""

    UNREADABLE = "unreadable"
    WALLET = "wallet"
    OTHER_CARD = "other_card"
    NOT_INTACT = "not_intact"
    HOLDER = "holder"
    ISSUER = "issuer"
    EXPIRED = "expired"
    REVOKED = "revoked"
    NOT_CHECKED = "not_checked"
    BSN_MISSING = "bsn_missing"
    BSN_WRONG = "bsn_wrong"
    CLAIMS_MISSING = "claims_missing"
    NO_CUSTOMER = "no_customer"


class Stage(StrEnum):
    """How far a login is. Only an answered one can be finished, and only an open one answered."""

    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the citizen's page says of a login; `fault` is what was wrong with the last answer, if there was one."""

    stage: Stage
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class WalletLogin:
    """A request to a wallet, open for one answer.

    `reference` is its name in the citizen's session and opens nothing by itself. The two paths, the nonce and the key
    that the answer opens with (a private JWK) are for this request alone.
    """

    reference: str
    request_path: str = field(repr=False)
    response_path: str = field(repr=False)
    nonce: str = field(repr=False)
    state: str = field(repr=False)
    encryption_key: JsonObject = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PidClaim:
    """Where something stands in a PID: `claim` in an SD-JWT VC, `element` (namespace, element) in an mdoc."""

    claim: tuple[str, ...]
    element: tuple[str, str]

    def path_in(self, format: str) -> tuple[str, ...]:
        """Return where in a PID of this format it stands."""
        return self.claim if format == SD_JWT else self.element


@dataclass(frozen=True, slots=True)
class PidQuestion:
    """What a PID is here, and what is asked of it, by the name that it has for us: a number, or who is a customer.

    `formats` are those that are taken, the one first that a wallet is asked for which does not say what it has. `vct`
    is the type of an SD-JWT VC, `doctype` that of an mdoc. `missing` is what is wrong where a claim is not there.
    """

    formats: tuple[str, ...]
    vct: str
    doctype: str
    claims: Mapping[str, PidClaim]
    purpose: Purpose
    missing: Fault = Fault.BSN_MISSING

    @property
    def types(self) -> frozenset[str]:
        """The types by which a PID is known, in the formats that are taken."""
        names = {SD_JWT: self.vct, MDOC: self.doctype}
        return frozenset(names[each] for each in self.formats)

    @property
    def query(self) -> DcqlQuery:
        """The whole question: a PID in any of the formats."""
        return self._asking(self.formats)

    def asked_of(self, wallet_metadata: JsonObject | None) -> DcqlQuery:
        """Return the question as one wallet gets it: in one format, since wallets refuse a query for two."""
        taken = formats_for(wallet_metadata, self.formats)
        return self._asking([next(each for each in self.formats if each in taken)])

    def _asking(self, formats: Sequence[str]) -> DcqlQuery:
        credentials: list[JsonValue] = [
            {
                "id": _QUERY_IDS[format],
                "format": format,
                "meta": {"vct_values": [self.vct]} if format == SD_JWT else {"doctype_value": self.doctype},
                "claims": [{"path": list(each.path_in(format))} for each in self.claims.values()],
            }
            for format in formats
        ]
        asked: JsonObject = {"credentials": credentials}
        if len(formats) > 1:
            asked["credential_sets"] = [{"options": [[_QUERY_IDS[format]] for format in formats]}]
        return parse_query(asked)
