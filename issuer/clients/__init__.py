"""What the issuer asks others for: the scheme's trust list."""

from issuer.clients.stamps import StampAuthority
from issuer.clients.trust_list import NoDirectory, TrustListDirectory

__all__ = ["NoDirectory", "StampAuthority", "TrustListDirectory"]
