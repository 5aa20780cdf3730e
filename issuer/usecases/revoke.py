"""End a token that a wallet gives back (RFC 7009), with all that came from it."""

from dataclasses import dataclass

from credentials.clock import Clock
from issuer.domain.errors import InvalidGrant
from issuer.ports import Event, Records, Store
from issuer.usecases.token import family_of


@dataclass(frozen=True, slots=True)
class RevokeToken:
    """The revocation endpoint. A token that is unknown, used or over is none: the wallet has what it wants."""

    store: Store
    clock: Clock

    def __call__(self, token: str, *, client_id: str | None, instance: str | None = None) -> None:
        """End a refresh token and the access tokens beside it, or one access token.

        Whoever has a token and gives it back can do no harm by it, so the key that it is bound to need not be proven.
        Raises InvalidGrant for a token of another client, or of another attested wallet (section 2.1).
        """
        family = family_of(token)
        with self.store.write() as records:
            if family is not None:
                self._end_refresh(records, family, token, client_id, instance)
            else:
                self._end_access(records, token, client_id)

    def _end_refresh(
        self, records: Records, family: str, token: str, client_id: str | None, instance: str | None
    ) -> None:
        held = records.authorisations.find_refresh(family)
        if held is None:
            return
        if held.client_id is not None and client_id != held.client_id:
            raise InvalidGrant("the refresh token was given to another client")
        if held.instance is not None and instance != held.instance:
            raise InvalidGrant("the refresh token is bound to another attested wallet")
        # Section 2.1: with a refresh token end the access tokens of the same grant. One that was used before is none:
        # whoever finds an old token in a log could lock the citizen out.
        if records.authorisations.end_refresh(family, token):
            records.audit(Event("token.revoked", family, "refresh"))

    def _end_access(self, records: Records, token: str, client_id: str | None) -> None:
        grant = records.authorisations.find_grant(token, self.clock.now())
        if grant is None:
            return
        if grant.client_id is not None and client_id != grant.client_id:
            raise InvalidGrant("the access token was given to another client")
        if records.authorisations.end_grant(token):
            records.audit(Event("token.revoked", grant.session, "access"))
