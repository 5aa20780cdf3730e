"""The formats that can be asked for and verified, with what wallets must know of each (OpenID4VP 1.0 section 11.1)."""

from collections.abc import Collection
from types import MappingProxyType
from typing import Final

from credentials.encoding import JsonObject

SD_JWT: Final = "dc+sd-jwt"
LDP: Final = "ldp_vc"
VC_SD_JWT: Final = "vc+sd-jwt"
VC_JWT: Final = "vc+jwt"
JWT_VC_JSON: Final = "jwt_vc_json"
MDOC: Final = "mso_mdoc"

_SD_JWT_ALGORITHMS: Final[JsonObject] = {
    "sd-jwt_alg_values": ["ES256", "ES384", "EdDSA"],
    "kb-jwt_alg_values": ["ES256", "EdDSA"],
}
_JWT_ALGORITHMS: Final[JsonObject] = {"alg_values": ["ES256", "ES384", "EdDSA"]}

# Appendices B.1.3, B.2.2 and B.3.4. The formats of VC-JOSE-COSE have no profile yet: they say what their likes say.
VP_FORMATS: Final = MappingProxyType[str, JsonObject](
    {
        SD_JWT: _SD_JWT_ALGORITHMS,
        VC_SD_JWT: _SD_JWT_ALGORITHMS,
        LDP: {
            "proof_type_values": ["DataIntegrityProof"],
            "cryptosuite_values": ["eddsa-rdfc-2022", "ecdsa-rdfc-2019", "ecdsa-sd-2023"],
        },
        VC_JWT: _JWT_ALGORITHMS,
        JWT_VC_JSON: _JWT_ALGORITHMS,
        # Appendix B.2.2: COSE numbers. ES256 and, by its newer name with its curve, the same.
        MDOC: {"issuerauth_alg_values": [-7, -9], "deviceauth_alg_values": [-7, -9]},
    }
)


# Wallets in the field refuse a whole query for one format that they do not know. This one every one of them knows.
FOR_ANY_WALLET: Final = (SD_JWT,)
# Seen: a wallet that knows these two alone refuses a query that has both.
_NOT_TOGETHER: Final = frozenset({SD_JWT, MDOC})


def formats_for(wallet_metadata: JsonObject | None, named: Collection[str]) -> Collection[str]:
    """Return the formats to ask a wallet for.

    A wallet that says what it takes (section 10) is asked for that, of `named` where somebody named formats. One that
    says nothing, or nothing that we know, is asked for what was named, else for what is safe to ask of any. What a
    wallet says of itself and we cannot read is taken for nothing said.
    """
    unsaid = named or FOR_ANY_WALLET
    said = (wallet_metadata or {}).get("vp_formats_supported")
    if not isinstance(said, dict):
        return unsaid
    taken = frozenset(named or VP_FORMATS) & said.keys()
    return frozenset(FOR_ANY_WALLET) if not named and taken == _NOT_TOGETHER else taken or unsaid
