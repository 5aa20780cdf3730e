"""From verified claims to a customer of a private creditor: how sure, and by which customer number. Pure.

1. The level of assurance is among those that the creditor wants, if it wants any.
2. Nobody acts for another here: whatever says so is refused, and never passed over.
3. The number is a customer number. A provider that also states a citizen service number is refused: the creditor has no
   ground to be given one (UAVG article 46), and what is taken in once is hard to get out of logs and memory.
"""

from dataclasses import dataclass
from typing import Final

from credentials.debts.errors import InvalidCustomerNumber
from credentials.debts.person import CustomerNumber
from credentials.encoding import JsonObject
from issuer.domain.brokers import BSN_TYPES
from issuer.domain.errors import BsnNotAllowed, NoCustomer, RepresentationRefused, WeakCustomerLogin
from issuer.identity.oidc.person import MAX_NAME, REPRESENTATION_SIGNS
from issuer.ports import LoggedIn
from service.oidc import OidcClient

# As DigiD's brokers and the NL GOV profile have it, and as it stands in a sector code.
_BSN_CLAIMS: Final = ("bsn", "nin", "urn:nl-eid-gdi:1.0:ActingSubjectID")
_BSN_SECTOR: Final = "s00000000:"


@dataclass(frozen=True, slots=True)
class CustomerRules:
    """Where a customer stands in the claims of the ID token, and how sure it must be."""

    number_claim: str
    name_claim: str = "name"
    minimum_assurance: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerClient(OidcClient):
    """The same as at any provider, with how a customer is read from what it says."""

    rules: CustomerRules


def customer_of(claims: JsonObject, id_token: JsonObject, rules: CustomerRules) -> LoggedIn:
    """Return which customer logged in.

    Raises WeakCustomerLogin, RepresentationRefused, BsnNotAllowed, or NoCustomer for what is no customer number.
    """
    if rules.minimum_assurance and id_token.get("acr") not in rules.minimum_assurance:
        raise WeakCustomerLogin
    if any(sign in claims or sign in id_token for sign in REPRESENTATION_SIGNS):
        raise RepresentationRefused
    if _states_bsn(claims) or _states_bsn(id_token):
        raise BsnNotAllowed
    number = claims.get(rules.number_claim)
    try:
        customer = CustomerNumber(number if isinstance(number, str) else "")
    except InvalidCustomerNumber as error:
        raise NoCustomer("the provider states no customer number") from error
    name = claims.get(rules.name_claim)
    return LoggedIn(customer, name[:MAX_NAME] if isinstance(name, str) and name else None)


def _states_bsn(claims: JsonObject) -> bool:
    by_sector = any(isinstance(each, str) and each.lower().startswith(_BSN_SECTOR) for each in claims.values())
    return by_sector or claims.get("sub_id_type") in BSN_TYPES or any(name in claims for name in _BSN_CLAIMS)
