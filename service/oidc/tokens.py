"""What the provider states: opened, verified and checked, before anything in it is believed.

1. Opened with our key, where it is encrypted; refused in the clear where the settings want it encrypted.
2. Strict form, and a signature by a published key with an algorithm of ours.
3. An ID token: the registered claims by Authlib (OpenID Connect Core section 3.1.3.7), then once more by us.
4. A UserInfo answer: of the same provider, for us, about the same subject (section 5.3).
"""

from datetime import timedelta
from typing import Final, cast, final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from credentials.clock import Clock, epoch
from credentials.encoding import JsonObject
from credentials.errors import MalformedInput
from credentials.jose import InvalidToken, UnverifiedToken, check_times
from service.errors import LoginRefused
from service.oidc.attempt import LoginAttempt
from service.oidc.provider import Discovery
from service.oidc.registration import MAX_TOKEN, SIGNATURES, OidcClient

MAX_AGE: Final = timedelta(minutes=10)
"""NL GOV section 4.3.4 leaves to us how long ago `iat` may be, and has providers give five minutes (section 5.2.2)."""
_SKEW: Final = 60


@final
class TokenReader:
    """Read what the provider says in answer to one attempt."""

    def __init__(self, client: OidcClient, provider: Discovery, clock: Clock) -> None:
        self._client = client
        self._provider = provider
        self._clock = clock

    def id_token(self, compact: object, attempt: LoginAttempt, access_token: object) -> JsonObject:
        """Return the claims of an ID token. Raises LoginRefused, LoginUnavailable."""
        if not isinstance(compact, str):
            raise LoginRefused("there is no ID token")
        try:
            token = self._verified(compact)
            claims: JsonObject = dict(token.claims)
            params = {"nonce": attempt.nonce, "client_id": self._client.client_id, "access_token": access_token}
            CodeIDToken(claims, dict(token.header), params=params).validate(epoch(self._clock.now()), _SKEW)
            required = ("iss", "sub", "aud", "exp", "iat", "nonce")
            check_times(claims, self._clock.now(), max_age=MAX_AGE, require=required)
            self._check_parties(claims)
            if claims["nonce"] != attempt.nonce:
                raise InvalidToken("nonce is not ours")
            if not isinstance(claims["sub"], str) or not claims["sub"]:
                raise InvalidToken("sub is no name")
        except (JoseError, MalformedInput, ValueError, TypeError, KeyError) as error:
            raise LoginRefused("the ID token does not hold") from error
        return claims

    def userinfo(self, compact: str, id_token: JsonObject) -> JsonObject:
        """Return the claims of a signed UserInfo answer about whom the ID token names. Raises as `id_token`."""
        try:
            claims: JsonObject = dict(self._verified(compact).claims)
            check_times(claims, self._clock.now(), require=("iss", "aud", "sub"))
            self._check_parties(claims)
            # OpenID Connect Core section 5.3.2: or else it is not to be used.
            if claims["sub"] != id_token["sub"]:
                raise InvalidToken("sub is somebody else")
        except (JoseError, MalformedInput, ValueError, TypeError, KeyError) as error:
            raise LoginRefused("the UserInfo answer does not hold") from error
        return claims

    def _verified(self, compact: str) -> jwt.Token:
        signed = self._opened(compact)
        # Strict form first: no duplicate members, no `crit`, canonical base64.
        UnverifiedToken.parse(signed, max_characters=MAX_TOKEN)
        try:
            return self._by_published_key(signed)
        except JoseError:
            # The provider may have changed its keys since we looked.
            self._provider.forget()
            return self._by_published_key(signed)

    def _opened(self, compact: str) -> str:
        if compact.count(".") == 2:
            if self._client.encryption == "required":
                raise LoginRefused("the token is not encrypted")
            return compact
        key = self._client.decryption_key
        if key is None or len(compact) > MAX_TOKEN or not compact.isascii():
            raise LoginRefused("the token cannot be opened")
        return key.open(compact, self._client.content_encryption)

    def _by_published_key(self, signed: str) -> jwt.Token:
        published = cast("KeySetSerialization", self._provider.current().keys)
        return jwt.decode(signed, KeySet.import_key_set(published), algorithms=list(SIGNATURES))

    def _check_parties(self, claims: JsonObject) -> None:
        if claims["iss"] != self._client.issuer:
            raise InvalidToken("iss is not the provider")
        audience = claims["aud"]
        # OpenID Connect Core section 3.1.3.7, point 3: other audiences are not trusted here.
        if (audience if isinstance(audience, list) else [audience]) != [self._client.client_id]:
            raise InvalidToken("aud is not us alone")
