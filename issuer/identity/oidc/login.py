"""Logging in through an OpenID Connect provider. What it states is read as a person, whose number is in memory only."""

from collections.abc import Mapping
from typing import final

from credentials.clock import Clock
from issuer.identity.oidc.customer import CustomerClient, customer_of
from issuer.identity.oidc.person import person_of
from issuer.identity.oidc.registration import DigidClient
from issuer.ports import LoggedIn
from service.oidc import CodeFlow, Http, LoginAttempt


@final
class OidcLogin:
    """The port `LoginProvider` on a broker of DigiD, or on the provider where a creditor's customers log in."""

    def __init__(self, client: DigidClient | CustomerClient, http: Http, clock: Clock) -> None:
        self._client = client
        self._flow = CodeFlow(client, http, clock)

    def begin(self) -> tuple[str, LoginAttempt]:
        """Return the address to send the citizen to, and what to remember. Raises LoginUnavailable."""
        return self._flow.begin()

    def finish(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> LoggedIn:
        """Turn the answer that the browser brought into a person. Raises LoginRefused or LoginUnavailable."""
        claims, id_token = self._flow.stated(attempt, answer)
        if isinstance(self._client, CustomerClient):
            return customer_of(claims, id_token, self._client.rules)
        return person_of(claims, id_token, self._client.rules)
