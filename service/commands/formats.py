"""The formats that the command line reads: all of them."""

from functools import cache

from credentials.formats.registry import FormatRegistry
from credentials.formats.sd_jwt import SdJwtVc


@cache
def all_formats() -> FormatRegistry:
    """Return every format of this distribution."""
    return FormatRegistry([SdJwtVc()])
