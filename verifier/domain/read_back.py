"""The code that a client at a distance reads out: only then is what came with it the counsellor's to see.

Who scans a QR code cannot tell from which screen it was copied, and OpenID4VP has no answer to that across devices
(1.0 section 14.3; ADR 29). So, of a client who is not in the room:

1. What a wallet answers is kept, sealed, and shown to nobody.
2. The wallet opens our page on the phone (section 8.2), which shows four digits.
3. The client reads them to the counsellor they speak with. Typed in the file that asked, they open the answer.

A few tries and some time is all there is: then the answer is gone, and one may ask again.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, final

from credentials.encoding import b64url_decode

DIGITS: Final = 4
TRIES: Final = 3
LIFETIME: Final = timedelta(minutes=10)
"""How long after the answer the code can be read out."""
LIFETIME_INVITED: Final = timedelta(days=7)
"""The same for who was invited, and shared at home before the next talk."""
WRONG_CODE: Final = "wrong_code"
"""Why a request has ended of which the code was typed wrong too often."""


@final
@dataclass(frozen=True, slots=True)
class ReadBack:
    """What opens an answer, and until when."""

    code: str = field(repr=False)
    until: datetime


def new_code(random: str) -> str:
    """Return four digits, each code as likely as any other. `random` is 256 random bits as base64url."""
    return f"{int.from_bytes(b64url_decode(random)) % 10**DIGITS:0{DIGITS}}"


def typed_code(text: str) -> str:
    """Return the digits of what somebody typed, who may have put spaces or dashes between; else what nothing equals."""
    digits = re.sub(r"[ .\-\u2013\u00a0]", "", text)
    return digits if re.fullmatch(f"[0-9]{{{DIGITS}}}", digits) else ""
