"""Whether a next key may sign: can it, has it a certificate that others take, and can all of them know it by now?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import final

from credentials.errors import BlauweKnopError
from credentials.trust import TrustList, recognise_issuer
from credentials.trust.x509 import public_jwk
from issuer.app.certificates import certificates, certify, fault_of, has_own_authority, own_authority
from issuer.app.key_files import Keeper, chain_file, request_file
from issuer.app.signing_keys import certified
from issuer.domain.key_purpose import Purpose
from issuer.domain.signing_keys import MadeKey, NextKey
from issuer.settings import AgencySettings


@final
@dataclass(frozen=True, slots=True)
class Readiness:
    """Looks at an agency's next keys. `by_list`: the settings name the trust list, on which a key must be seen."""

    settings: AgencySettings
    keeper: Keeper
    by_list: bool

    def lacks(self, coming: NextKey, now: datetime, *, at_once: bool = False, mend: bool = False) -> str | None:
        """Say why a next key may not sign now; None when it may. `mend`: make its certificate anew where that helps."""
        key = coming.key
        try:
            self.keeper.signer_of(key).sign(b"can it sign?")
        except BlauweKnopError as error:
            return error.detail or error.code
        fault = self._certificate_fault(key, now, mend=mend)
        if fault is not None or at_once:
            return fault
        if self.by_list and coming.listed_at is None:
            return f"{key.name}: the trust list does not have it: send the scheme a fresh `describe`"
        known = coming.listed_at or key.made_at
        sure = known + timedelta(days=self.settings.keys.publish_days)
        if now < sure:
            return f"{key.name}: it can be known to all from {sure.isoformat()}; activate it then, or --at-once"
        return None

    def is_listed(self, key: MadeKey, scheme: TrustList, now: datetime) -> bool:
        """Say whether whoever goes by this list would take what the key signs for ours."""
        entry = scheme.find(self.settings.base_url)
        if entry is None or entry.did != self.settings.did:
            return False
        if entry.keys and all(each.members != key.public_jwk.members for each in entry.keys):
            return False
        if key.purpose is not Purpose.SIGNER:
            return True
        try:
            chain = certificates(chain_file(self.settings.state, key.name))
            recognise_issuer(scheme, now, identifier=self.settings.base_url, x5c=chain)
        except BlauweKnopError:
            return False
        return True

    def _certificate_fault(self, key: MadeKey, now: datetime, *, mend: bool) -> str | None:
        if key.purpose is not Purpose.SIGNER:
            return None
        chain = chain_file(self.settings.state, key.name)
        if not chain.exists():
            request = request_file(self.settings.state, key.name)
            return f"{key.name}: it has no certificate yet: have {request.name} certified, and put it in {chain.name}"
        try:
            if public_jwk(certificates(chain)[0]) != key.public_jwk:
                return f"{chain.name}: the certificate is not of the key beside it"
            fault = fault_of(self.settings, certified(self.settings.state, key), now)
            if fault is None:
                return None
            if not has_own_authority(self.settings.state):
                return f"{chain.name}: {fault.reason}"
            if mend:
                certify(self.settings, own_authority(self.settings, [], now), certified(self.settings.state, key), now)
        except BlauweKnopError as error:
            return f"{chain.name}: {error.detail or error.code}"
        except OSError:
            return f"{chain.name}: cannot be made anew"
        return None
