"""How this agency is registered with the broker of DigiD, and where a person stands in what that says."""

from dataclasses import dataclass

from issuer.domain.brokers import ASSURANCE, BSN_TYPES, Representation
from service.oidc import OidcClient


@dataclass(frozen=True, slots=True)
class PersonRules:
    """Where a person stands in the claims, and who is let in.

    `acr` is a claim of the ID token (OpenID Connect Core section 2); another `assurance_claim` stands beside the
    number. With `acting_claim` a broker says who acts beside the number of who is represented, with `represents`
    (NL GOV section 5.2.4) it is the other way round. `sector_claim` holds a sector code with the same number.
    """

    bsn_claim: str = "bsn"
    bsn_types: tuple[str, ...] = BSN_TYPES
    name_claim: str = "name"
    sector_claim: str | None = None
    acting_claim: str | None = None
    representation: Representation = "refused"
    assurance_claim: str = "acr"
    minimum_assurance: tuple[str, ...] = ASSURANCE


@dataclass(frozen=True, slots=True)
class DigidClient(OidcClient):
    """The same as at any provider, with how a person is read from what it says."""

    rules: PersonRules = PersonRules()
