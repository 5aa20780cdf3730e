"""The provider of companies' customers: as the stand-in for DigiD, with customer numbers and no BSN of anybody."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from credentials.encoding import JsonObject
from demo.digid.provider import Client, Person, Provider


@dataclass(slots=True)
class CustomerProvider(Provider):
    """The provider's state and rules. `numbers` are by client and user name: each company has its own."""

    numbers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def discovery(self) -> JsonObject:
        """Return the provider metadata (OpenID Connect Discovery 1.0 section 3)."""
        levels = ("acr_values_supported",)
        known = {name: value for name, value in Provider.discovery(self).items() if name not in levels}
        return {**known, "claims_supported": ["sub", "name", "klantnummer"]}

    def about(self, person: Person, client: Client) -> JsonObject:
        """Return what an ID token says of somebody: nothing but a name to who is no customer of this company."""
        number = self.numbers.get(client.client_id, {}).get(person.username)
        said: JsonObject = {"name": person.name}
        return said if number is None else {**said, "klantnummer": number}
