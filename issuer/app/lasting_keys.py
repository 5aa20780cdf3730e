"""Which of the agency's certificates end, and when: of the keys that sign, that will, and by which people verify."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final

from credentials.clock import Clock
from credentials.trust.x509 import chain_end
from issuer.app.certificates import ACCESS_CHAIN, RENEWED_AHEAD
from issuer.app.key_files import chain_file
from issuer.app.keys_in_use import KeysInUse
from issuer.app.signing_keys import SigningKeys, longest_life
from issuer.domain.key_purpose import Purpose
from issuer.domain.signing_keys import MadeKey, Stage
from issuer.settings import AgencySettings
from service.lasting import Lasting


@final
@dataclass(frozen=True, slots=True)
class LastingKeys:
    """The certificates of the keys of now."""

    settings: AgencySettings
    in_use: KeysInUse
    access_chain: tuple[bytes, ...]
    clock: Clock

    def demand(self) -> None:
        """Raise ConfigurationError once the certificate of what signs is over, KeysUnavailable where there is none."""
        self._active(self.in_use.signing()).demand()

    def __call__(self) -> Sequence[Lasting]:
        """Return those whose end is to be foretold. Raises KeysUnavailable."""
        keys = self.in_use.signing()
        found = [self._active(keys), *self._others(keys)]
        if self.access_chain:
            found.append(Lasting(ACCESS_CHAIN, chain_end(self.access_chain), RENEWED_AHEAD, self.clock))
        return found

    def _active(self, keys: SigningKeys) -> Lasting:
        name = self._file(keys.rings[Purpose.SIGNER].active.key)
        return Lasting(name, keys.certified_until, RENEWED_AHEAD, self.clock)

    def _others(self, keys: SigningKeys) -> Iterator[Lasting]:
        life = longest_life(self.settings)
        needed = {each.key.name: each.needed_until(life) for each in keys.rings[Purpose.SIGNER].verify_only}
        for other in keys.others:
            if not other.chain:
                continue
            end = chain_end((*other.chain, keys.anchor))
            if other.stage is Stage.NEXT:
                yield Lasting(self._file(other.key), end, RENEWED_AHEAD, self.clock)
            elif end < needed[other.key.name]:
                # What it signed ends with the certificate, before its own end.
                yield Lasting(self._file(other.key), end, RENEWED_AHEAD, self.clock)

    def _file(self, key: MadeKey) -> str:
        return chain_file(self.settings.state, key.name).name
