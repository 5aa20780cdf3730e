"""What a token says about its own signature, apart from the credential within (VC-JOSE-COSE sections 3.1.3, 3.3.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from credentials.clock import epoch, from_epoch
from credentials.encoding import JsonObject, JsonValue
from credentials.formats.base import MalformedCredential
from credentials.formats.vcdm import InvalidDocument
from credentials.formats.vcdm.values import moment
from credentials.jose import ClaimError
from credentials.jose.cbor import CborValue
from credentials.jose.jwt import DEFAULT_SKEW, numeric_date

NAMES: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "nonce"})
"""Claims about the signature; all other members of a payload are the document's."""

FORBIDDEN: Final = ("vc", "vp")
"""Section 3.1.3: must not be present, for whoever reads the older encoding would read another document there."""

# RFC 8392 section 4 and RFC 8747 section 3.1.
_CWT_NAMES: Final[Mapping[int, str]] = {1: "iss", 2: "sub", 3: "aud", 4: "exp", 5: "nbf", 6: "iat"}
# RFC 7519 section 5.3: claims that may be repeated in the header.
_REPLICATED: Final = ("iss", "sub", "aud")


@dataclass(frozen=True, slots=True)
class SignatureClaims:
    """The registered claims, read strictly. Times are in UTC, and those of the signature: not of the credential.

    `audience` and `nonce` answer a verifier's question; `confirmation` is `cnf`, the holder's key.
    """

    issuer: str | None = None
    subject: str | None = None
    audience: str | None = None
    nonce: str | None = None
    id: str | None = None
    issued_at: datetime | None = None
    not_before: datetime | None = None
    expires_at: datetime | None = None
    confirmation: JsonObject | None = None

    @classmethod
    def read(cls, header: JsonObject, payload: JsonObject) -> Self:
        """Read the claims of a JWT, also those that its header repeats. Raises MalformedCredential or ClaimError."""
        claims = {name: payload[name] for name in NAMES if name in payload}
        for name in FORBIDDEN:
            if name in payload or name in header:
                raise MalformedCredential(f"{name} is a claim of the older encoding, which has no place here")
        for name in _REPLICATED:
            # RFC 7519 section 5.3: the two must be one.
            if name in header and claims.setdefault(name, header[name]) != header[name]:
                raise MalformedCredential(f"{name} is one thing in the header and another in the claims")
        confirmation = claims.get("cnf")
        if confirmation is not None and not isinstance(confirmation, dict):
            raise MalformedCredential("cnf is not an object")
        return cls(
            issuer=_text(claims, "iss"),
            subject=_text(claims, "sub"),
            audience=_text(claims, "aud"),
            nonce=_text(claims, "nonce"),
            id=_text(claims, "jti"),
            issued_at=_issued_at(claims),
            not_before=_time(claims, "nbf"),
            expires_at=_time(claims, "exp"),
            confirmation=confirmation,
        )

    @classmethod
    def read_cwt(cls, claims: CborValue) -> Self:
        """Read the CWT claims of a COSE header (RFC 9597). Raises MalformedCredential or ClaimError."""
        if claims is None:
            return cls()
        if not isinstance(claims, dict):
            raise MalformedCredential("the CWT claims are not a map")
        named: JsonObject = {}
        for label, name in _CWT_NAMES.items():
            value = claims.get(label)
            if value is not None:
                if not isinstance(value, str | int | float):
                    raise MalformedCredential(f"the CWT claim {name} is of another type")
                named[name] = value
        return cls.read({}, named)

    def to_jwt(self) -> JsonObject:
        """Return the claims as members of a JWT payload."""
        named: JsonObject = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": self.audience,
            "nonce": self.nonce,
            "jti": self.id,
            "iat": None if self.issued_at is None else epoch(self.issued_at),
            "nbf": None if self.not_before is None else epoch(self.not_before),
            "exp": None if self.expires_at is None else epoch(self.expires_at),
            "cnf": self.confirmation,
        }
        return {name: value for name, value in named.items() if value is not None}

    def to_cwt(self) -> dict[int | str, CborValue]:
        """Return the claims as a map of CWT claims. Raises ValueError for those that have no label there."""
        named = self.to_jwt()
        labels = {name: label for label, name in _CWT_NAMES.items()}
        members: dict[int | str, CborValue] = {}
        for name, value in named.items():
            if name not in labels or not isinstance(value, str | int):
                raise ValueError(f"{name} is not stated in a COSE header")
            members[labels[name]] = value
        return members

    def check_times(self, at: datetime, skew: timedelta = DEFAULT_SKEW) -> None:
        """Demand that the signature was valid at a moment. Raises ClaimError."""
        # The tolerance is added to our moment: theirs may be the last or the first that there is.
        if self.expires_at is not None and at - skew >= self.expires_at:
            raise ClaimError("exp", "has passed")
        if self.not_before is not None and at + skew < self.not_before:
            raise ClaimError("nbf", "has not come")
        if self.issued_at is not None and at + skew < self.issued_at:
            raise ClaimError("iat", "is in the future")


def _text(claims: Mapping[str, JsonValue], name: str) -> str | None:
    value = claims.get(name)
    # RFC 7519 section 4.1.3: an audience of one may be an array.
    if name == "aud" and isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is None and name not in claims:
        return None
    if not isinstance(value, str) or not value:
        raise MalformedCredential(f"{name} is not a string")
    return value


def _time(claims: JsonObject, name: str) -> datetime | None:
    seconds = numeric_date(claims, name)
    return None if seconds is None else from_epoch(seconds)


def _issued_at(claims: JsonObject) -> datetime | None:
    # A NumericDate by RFC 7519 section 4.1.6; the W3C's own fixtures have a dateTimeStamp, which says the same.
    value = claims.get("iat")
    if isinstance(value, str):
        try:
            return moment(value, "iat")
        except InvalidDocument as error:
            raise ClaimError("iat", "is not a moment") from error
    return _time(claims, "iat")
