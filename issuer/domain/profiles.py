"""Profiles: what a scheme of wallets adds to OpenID4VCI 1.0, or forbids of it.

The rules are data. An agency's own profile and that of an offer are asked where an offer is made and where a token is
given, and nothing else in the issuer knows of them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from credentials.openid.offer import SCHEME
from issuer.domain.clients import Profile
from issuer.domain.configurations import Securing
from issuer.domain.errors import ForbiddenByProfile, UnattestedWallet, UnboundToken
from issuer.domain.offers import Grant


@dataclass(frozen=True, slots=True)
class Rules:
    """What one profile adds or forbids.

    `grants` are those that an offer may have, `scheme` how its link begins, `securings` what may be issued; `unbuilt`
    is what the profile wants and this software does not have.
    """

    grants: frozenset[Grant] = frozenset(Grant)
    scheme: str = SCHEME
    tx_codes: bool = True
    bound: bool = False
    attested: bool = False
    deferral: bool = True
    securings: frozenset[Securing] = frozenset(Securing)
    unbuilt: tuple[str, ...] = ()

    def check_offer(self, grant: Grant, securings: Collection[Securing], *, with_tx_code: bool) -> None:
        """Demand that an offer is one of this profile. Raises ForbiddenByProfile."""
        if grant not in self.grants:
            raise ForbiddenByProfile("the profile has no offers with this grant")
        if with_tx_code and not self.tx_codes:
            raise ForbiddenByProfile("the profile has no transaction codes")
        if not self.securings.issuperset(securings):
            raise ForbiddenByProfile("the profile does not have one of the formats")

    def check_wallet(self, *, bound: bool, attested: bool) -> None:
        """Demand that a token goes to a wallet of this profile. Raises UnboundToken, UnattestedWallet."""
        if self.attested and not attested:
            raise UnattestedWallet("a wallet attestation is needed here")
        if self.bound and not bound:
            raise UnboundToken("a DPoP proof is needed here")


def scheme_of(profiles: Collection[Profile]) -> str:
    """Return how the link of an offer begins that is under each of these profiles."""
    return next((RULES[each].scheme for each in profiles if RULES[each].scheme != SCHEME), SCHEME)


_NATIVE: Final = frozenset({Securing.SD_JWT, Securing.MDOC})

RULES: Final = MappingProxyType(
    {
        Profile.OPEN: Rules(),
        # HAIP 1.0 sections 4 and 6: authorization code, DPoP, wallet attestation, IETF SD-JWT VC or ISO mdoc; and the
        # scheme of section 4.2, by which a wallet that is not of this profile does not open.
        Profile.HAIP: Rules(
            grants=frozenset({Grant.AUTHORISATION_CODE}),
            scheme="haip-vci",
            bound=True,
            attested=True,
            securings=_NATIVE,
        ),
        # The NL Wallet's source of August 2026: it refuses transaction codes and deferred issuance.
        Profile.NL_WALLET: Rules(
            tx_codes=False,
            bound=True,
            attested=True,
            deferral=False,
            securings=_NATIVE,
            unbuilt=(
                "credential_preview_endpoint in the issuer metadata",
                "type_metadata_uri in each credential configuration",
                "the claim attestation_qualification in each SD-JWT VC",
                "a credential, and a presentation request for one, tried with the NL Wallet itself",
            ),
        ),
    }
)
