"""`dc+sd-jwt`: selectively disclosable tokens as verifiable credentials (SD-JWT VC)."""

from credentials.formats.sd_jwt.format import SdJwtVc
from credentials.formats.selective_disclosure import Limits

__all__ = ["Limits", "SdJwtVc"]
