"""Profiles: what a scheme of wallets adds to OpenID4VCI 1.0, or forbids of it.

The rules are data. An agency's own profile and that of an offer are asked where an offer is made and where a token is
given, and nothing else in the issuer knows of them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from credentials.openid.offer import SCHEME
from credentials.openid.request_link import SCHEME as REQUEST_SCHEME
from issuer.domain.clients import Profile
from issuer.domain.configurations import Securing
from issuer.domain.errors import ForbiddenByProfile, UnattestedWallet, UnboundToken
from issuer.domain.offers import Grant


@dataclass(frozen=True, slots=True)
class Rules:
    """What one profile adds or forbids.

    `grants` are those that an offer may have, `scheme` how its link begins, `request_scheme` how one to a wallet that
    is asked something does, `securings` what may be issued. `qualified`: each card says what kind of attestation it is.
    `type_documents`: each configuration says where its type metadata are. `beyond` is what wallets of the profile want
    besides and this software does not do.
    """

    grants: frozenset[Grant] = frozenset(Grant)
    scheme: str = SCHEME
    request_scheme: str = REQUEST_SCHEME
    tx_codes: bool = True
    bound: bool = False
    attested: bool = False
    deferral: bool = True
    securings: frozenset[Securing] = frozenset(Securing)
    qualified: bool = False
    type_documents: bool = False
    beyond: tuple[str, ...] = ()

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
        # schemes of sections 4.2 and 5.1, by which a wallet that is not of this profile does not open.
        Profile.HAIP: Rules(
            grants=frozenset({Grant.AUTHORISATION_CODE}),
            scheme="haip-vci",
            request_scheme="haip-vp",
            bound=True,
            attested=True,
            securings=_NATIVE,
        ),
        # The NL Wallet's source of August 2026 (commit 6299ff7): it refuses transaction codes and deferred issuance. It
        # wants `type_metadata_uri` in each configuration and `attestation_qualification` in each card; and of an mdoc
        # members in the signed object that ISO/IEC 18013-5 does not have.
        Profile.NL_WALLET: Rules(
            tx_codes=False,
            bound=True,
            attested=True,
            deferral=False,
            securings=frozenset({Securing.SD_JWT}),
            qualified=True,
            type_documents=True,
            beyond=(
                "cards asked for in the form of draft 13 of OpenID4VCI, several at once by an endpoint of that draft",
                "a preview of the cards for a bound token without its proof, which RFC 9449 section 7.2 does not allow",
                "vct#integrity beside a type that is a name and no address (ADR 14)",
            ),
        ),
    }
)
