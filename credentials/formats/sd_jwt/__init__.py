"""SD-JWT VC: selective disclosure by salted digests (RFC 9901), as a verifiable credential (SD-JWT VC)."""

from credentials.formats.sd_jwt.disclosures import Limits
from credentials.formats.sd_jwt.format import SdJwtVc

__all__ = ["Limits", "SdJwtVc"]
