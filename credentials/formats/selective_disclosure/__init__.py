"""SD-JWT: selective disclosure by salted digests, and key binding (RFC 9901), whatever kind of token bears them."""

from credentials.formats.selective_disclosure.compact import UnverifiedSdJwt
from credentials.formats.selective_disclosure.concealing import Concealer, RandomBytes
from credentials.formats.selective_disclosure.disclosures import Limits
from credentials.formats.selective_disclosure.processing import Opened, process

__all__ = ["Concealer", "Limits", "Opened", "RandomBytes", "UnverifiedSdJwt", "process"]
