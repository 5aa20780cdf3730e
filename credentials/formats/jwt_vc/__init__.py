"""W3C credentials as tokens: VC-JOSE-COSE (VCDM 2.0), and `jwt_vc_json` (VCDM 1.1) for older wallets."""

from credentials.formats.jwt_vc.jwt_vc_json import JwtVcJson
from credentials.formats.jwt_vc.key_sources import ByIdentifier, ClaimedKey, KeySource, VerificationMethod
from credentials.formats.jwt_vc.media import Kind, Securing, media_type, token_type
from credentials.formats.jwt_vc.older_encoding import OlderDocument, open_older
from credentials.formats.jwt_vc.secured import SecuredDocument, message_of, open_enveloped, open_secured, secure
from credentials.formats.jwt_vc.signature_claims import SignatureClaims
from credentials.formats.jwt_vc.vc_jwt import VcJwt
from credentials.formats.jwt_vc.vc_sd_jwt import VcSdJwt

__all__ = [
    "ByIdentifier",
    "ClaimedKey",
    "JwtVcJson",
    "KeySource",
    "Kind",
    "OlderDocument",
    "SecuredDocument",
    "Securing",
    "SignatureClaims",
    "VcJwt",
    "VcSdJwt",
    "VerificationMethod",
    "media_type",
    "message_of",
    "open_enveloped",
    "open_older",
    "open_secured",
    "secure",
    "token_type",
]
