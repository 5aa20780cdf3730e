"""How much goes: the one table of what issuer, wallet and verifier ask, hold and take of each other.

A limit of whoever receives is never below the one of whoever sends, or what was collected cannot be shared and what
was shared cannot be proven, and nobody hears why. The order is the way of a card:

1. An agency states up to `OPEN_CASES` open cases with a digest in an overview, so that so many can be proven complete.
2. One visit of a wallet brings all of them, up to `COPIES` copies each: `CREDENTIAL_REQUESTS` on one access token,
   which lives as long as that takes (`ACCESS_TOKEN_SECONDS` when it is bound to a key).
3. One answer holds `PRESENTATIONS` of up to `VP_TOKEN_BYTES` together: all cases of one agency and all
   overviews. A verifier may set less, and says so in its request;
   what does not fit goes in up to `PARTS` parts that the verifier adds up, `CARDS` in all.
4. Encrypted or as a form it is larger, by what base64url and percent-encoding at most make of it.
5. A verifier keeps it with what it found (`KEPT_ANSWER_BYTES`), and has `ANSWER_SECONDS` to look at it.

`tests/unit/test_limits.py` holds them against each other and against what they are used for.
"""

from typing import Final

BODY_BYTES: Final = 1 << 16
"""What is read of any request, where nothing more is expected."""

OPEN_CASES: Final = 600
"""Open cases of one citizen at one agency with a digest in the overview. Their number is stated, however many."""

EVENTS: Final = 60
"""Events that a case states, the latest ones."""

DISCLOSURES: Final = 4 * OPEN_CASES
"""Claims of one SD-JWT that are disclosed apart: of an overview the digest of each case, its place, and details."""

SD_JWT_CHARACTERS: Final = 1_000_000
"""One SD-JWT with all its disclosures."""

COPIES: Final = 20
"""Copies of one card that a wallet asks at once, at most; an issuer may give fewer."""

CREDENTIAL_RESPONSE_BYTES: Final = 12_000_000
"""So many copies of an overview with a digest for each case, in the securing that takes most room."""

CREDENTIAL_REQUESTS: Final = 2 * (OPEN_CASES + 1)
"""Credential requests on one access token: an overview and all cases, in two securings."""

ACCESS_TOKEN_SECONDS: Final = 900
"""How long an access token lives that is bound to a key (OpenID4VCI 1.0 section 13.10); others: 300."""

IDENTIFIERS: Final = 2 * OPEN_CASES
"""Credential identifiers of one configuration in a token response."""

PRESENTATIONS: Final = OPEN_CASES + 100
"""Presentations in one answer: every case of one agency, and the overviews and cases of others."""

VP_TOKEN_BYTES: Final = 12_000_000
"""The presentations of one answer together, as JSON."""

JWE_CHARACTERS: Final = VP_TOKEN_BYTES * 4 // 3 + 16_000
"""An encrypted answer or credential response: base64url makes four characters of three bytes."""

FORM_BYTES: Final = 2 * VP_TOKEN_BYTES
"""The body of an answer: percent-encoding makes three bytes of every quotation mark and brace."""

KEPT_ANSWER_BYTES: Final = 4 * VP_TOKEN_BYTES
"""An answer with the claims and checks of each presentation, as a verifier keeps it."""

ANSWER_SECONDS: Final = 120.0
"""How long a wallet waits for a verifier to look at an answer."""

PARTS: Final = 20
"""Answers to one question, each with a nonce of its own, that a verifier adds up."""

CARDS: Final = 2_000
"""Cards of one decision of a citizen, in however many parts: a box for each of them stands in one form."""

CONSENT_FORM_BYTES: Final = 1 << 18
"""A citizen's decision as their browser posts it: what names a card and its question, for each of `CARDS`."""
