"""Everything that the endpoints need, put together once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self, final

from credentials.clock import Clock
from credentials.formats.vcdm import IssuerBinding
from credentials.status import Limits, StatusChecker
from service.commands.vc_api.engine import Engine
from service.commands.vc_api.instances import STATUS, Instance, make_instances
from service.commands.vc_api.lists import StatusLists
from service.commands.vc_api.presenting import PresentationVerifier
from service.commands.vc_api.verifying import CredentialVerifier


@final
@dataclass(frozen=True, slots=True)
class Door:
    """Issuers, their status lists, and the verifiers."""

    instances: dict[str, Instance]
    engine: Engine
    lists: StatusLists
    credentials: CredentialVerifier
    presentations: PresentationVerifier

    @classmethod
    def make(
        cls,
        address: str,
        clock: Clock,
        binding: IssuerBinding = IssuerBinding.NOT_CHECKED,
        *,
        whole_messages: bool = False,
    ) -> Self:
        """Make up all keys. `address` is where the service is reached, without a slash at its end."""
        instances = make_instances()
        engine = Engine.make(clock, binding)
        lists = StatusLists(address, engine, instances[STATUS], whole_messages=whole_messages)
        # The lists are at hand: a kept copy would only hide what has just changed.
        now = timedelta(0)
        checker = StatusChecker(lists.fetch, clock, Limits(default_ttl=now, max_ttl=now, failure_ttl=now))
        credentials = CredentialVerifier(engine, checker)
        return cls(instances, engine, lists, credentials, PresentationVerifier(engine, credentials))

    def ids(self) -> dict[str, str]:
        """Return the DID of each instance."""
        return {name: instance.did for name, instance in self.instances.items()}

    def close(self) -> None:
        """Release what the engine holds."""
        self.engine.close()
