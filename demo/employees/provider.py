"""The provider of an agency's own people: as the stand-in for DigiD, with roles instead of a citizen service number."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from credentials.encoding import JsonObject
from demo.digid.provider import Client, Person, Provider, Session


@dataclass(slots=True)
class EmployeeProvider(Provider):
    """The provider's state and rules. `roles` are by user name."""

    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def discovery(self) -> JsonObject:
        """Return the provider metadata (OpenID Connect Discovery 1.0 section 3)."""
        levels = ("acr_values_supported",)
        known = {name: value for name, value in Provider.discovery(self).items() if name not in levels}
        return {**known, "scopes_supported": ["openid", "profile"], "claims_supported": ["sub", "name", "roles"]}

    def session(self, token: str | None) -> Session | None:
        """Return None: who wants to see what another role opens must be able to choose."""
        del token
        return None

    def about(self, person: Person, client: Client) -> JsonObject:
        """Return what an ID token says of somebody."""
        del client
        return {"name": person.name, "roles": list(self.roles.get(person.username, ()))}
