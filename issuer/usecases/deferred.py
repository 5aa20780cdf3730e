"""Hand over what was not ready before (OpenID4VCI 1.0 section 9)."""

from dataclasses import dataclass

from credentials.clock import Clock
from credentials.openid.credential import Answer, DeferredResponse
from credentials.openid.errors import InvalidAccessToken, InvalidTransactionId
from credentials.openid.token import AccessToken
from issuer.domain.authorisation import AccessGrant
from issuer.domain.deferral import Patience
from issuer.domain.errors import SourceUnavailable
from issuer.domain.facts import choose
from issuer.ports import Records, Store
from issuer.usecases.issue import IssueCredentials


@dataclass(frozen=True, slots=True)
class CollectDeferred:
    """The deferred credential endpoint. The credentials that a transaction leads to use it up; nothing else does."""

    store: Store
    clock: Clock
    issue: IssueCredentials
    patience: Patience

    def grant_of(self, access: AccessToken, dpop_thumbprint: str | None, transaction_id: str) -> AccessGrant:
        """Return what a token opens here for whoever proved this key.

        Section 9: it must be valid for what was asked with it. The one that asked is, as long as that waits and its
        login holds: so a wallet whose citizen is away needs no refresh token, which would open far more. Raises
        InvalidAccessToken.
        """
        try:
            return self.issue.grant_of(access, dpop_thumbprint)
        except InvalidAccessToken:
            with self.store.read() as records:
                deferred = records.deferrals.find(transaction_id, self.clock.now())
                if deferred is None or not deferred.was_asked_by(access.value.reveal(), dpop_thumbprint):
                    raise
                # Who ended the family, as tokens were stolen, ended this with it.
                if deferred.family is None or records.authorisations.find_refresh(deferred.family) is None:
                    raise
            return deferred.grant

    def __call__(self, grant: AccessGrant, transaction_id: str) -> Answer:
        """Issue what was asked for, or say how long to wait.

        Raises InvalidTransactionId, also for somebody else's transaction, NothingToIssue and its kin.
        """
        now = self.clock.now()
        with self.store.read() as records:
            deferred = records.deferrals.find(transaction_id, now)
        if deferred is None or not deferred.is_for(grant):
            raise _unknown()
        with self.issue.doing(deferred.subject) as deed:
            try:
                facts = self.issue.read_debts(deferred.subject)
            except SourceUnavailable as error:
                deed.tell(failed=error)
                # Section 9.2: the same transaction, again.
                return DeferredResponse(transaction_id, self.patience.interval)
            # In the session of the request, from which the identifiers follow, and by which cards that came together
            # fit.
            datasets = facts.datasets(deferred.configurations, deferred.session, self.issue.signing.derivation)
            dataset = choose(
                datasets, configuration_id=deferred.configuration_id, credential_identifier=deferred.identifier
            )

            def claim(records: Records) -> None:
                # Section 9.1: it is of no use after this.
                if not records.deferrals.take(transaction_id, now):
                    raise _unknown()
                if deferred.offer is not None:
                    records.offers.mark_collected(deferred.offer, now)

            return self.issue.hand_over(
                facts,
                dataset,
                deferred.holders,
                session=deferred.session,
                login=grant.login,
                subject=deferred.subject,
                claim=claim,
                now=now,
                deed=deed,
            )


def _unknown() -> InvalidTransactionId:
    return InvalidTransactionId("there is no such transaction for this access token, or it was collected already")
