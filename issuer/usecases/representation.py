"""Put on record that somebody looks on behalf of somebody else, before they see anything."""

from dataclasses import dataclass

from issuer.domain.facts import Hiding
from issuer.ports import Event, LoggedIn, Store


@dataclass(frozen=True, slots=True)
class NoteRepresentation:
    """Write down who came for whom, both as keyed hashes."""

    store: Store
    hiding: Hiding

    def __call__(self, person: LoggedIn) -> None:
        """Take a login; one for oneself leaves no line."""
        if person.representative is None:
            return
        acting = self.hiding.representative(person.representative)
        with self.store.write() as records:
            records.audit(Event("login.represented", acting, "ok", self.hiding.subject(person.person)))
