"""DigiD brokers: what is known of each, as the settings that fit it, and where that was read.

A preset fills in what an agency's settings leave out; a setting that is given stands. What the sources do not say is
not guessed: it keeps the default of the NL GOV Assurance profile for OpenID Connect, or stands among the notes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

ASSURANCE: Final = ("http://eidas.europa.eu/LoA/substantial", "http://eidas.europa.eu/LoA/high")
"""NL GOV 1.0.1 section 5.2.5: levels are named by the URIs of eIDAS, where they can be."""
BSN_TYPES: Final = ("urn:nl-eid-gdi:1.0:id:BSN", "urn:nl-eid-gdi:1.0:id:legacy-BSN")
"""What the `sub_id_type` may be of a `sub` that is a citizen service number (section 5.4.2)."""
_DIGID_SAML: Final = (
    "urn:oasis:names:tc:SAML:2.0:ac:classes:Smartcard",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
)
"""How DigiD itself, over SAML, names its levels Substantieel and Hoog."""


Broker = Literal["generic", "max", "signicat"]
Representation = Literal["refused", "accepted"]
"""Whether somebody may log in on behalf of somebody else."""


@dataclass(frozen=True, slots=True)
class Preset:
    """What is known of a kind of broker: members of `[digid]`, where they were read, and what is left to see to."""

    settings: Mapping[str, object]
    sources: tuple[str, ...]
    notes: tuple[str, ...] = ()


PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {
        "generic": Preset(
            settings={},
            sources=("https://gitdocumentatie.logius.nl/publicatie/api/oidc/1.0.1",),
            notes=("the profile names no claim for the number: see that bsn_claim and scope are the broker's",),
        ),
        "max": Preset(
            settings={
                "algorithm": "RS256",
                "one_key": True,
                "encryption": "required",
                "content_encryption": ("A128CBC-HS256",),
                "claims_from": "userinfo",
                "assurance_claim": "loa_authn",
                "minimum_assurance": (*ASSURANCE, *_DIGID_SAML),
            },
            # At commit 70d1e469.
            sources=tuple(
                f"https://github.com/minvws/nl-rdo-max/blob/main/app/{file}.py"
                for file in (
                    "services/userinfo/cc_userinfo_service",
                    "services/encryption/jwt_service",
                    "validators/token_authentication_validator",
                    "models/saml/artifact_response",
                )
            ),
            notes=(
                "MAX knows one certificate of a client, to verify and to encrypt with: make one of digid.pem",
                "MAX does not say that somebody acts for another: have no mandates (DigiD Machtigen) on this client",
                "MAX encrypts with A128CBC-HS256, which is less than the profile's A256GCM",
            ),
        ),
        "signicat": Preset(
            settings={
                "scope": "openid nin idp-id acting-nin",
                "acr_values": ("idp:digid-combiconnect",),
                "bsn_claim": "nin",
                "sector_claim": "idp_id",
                "acting_claim": "acting_nin",
            },
            sources=(
                "https://developer.signicat.com/identity-methods/digid-combiconnect/attribute-reference/",
                "https://developer.signicat.com/identity-methods/digid/attribute-reference/",
                "https://developer.signicat.com/docs/eid-hub/oidc/advanced-security/receive-encrypted-signed-responses/",
            ),
            notes=(
                "that is DigiD CombiConnect; for another connection set acr_values and scope as its page says",
                'have "ID Token User data" on for this client, and "Strip sector code" off',
                "what stands in acr could not be read: set minimum_assurance to it; until it fits nobody can log in",
            ),
        ),
    }
)
