"""What an agency's settings still lack for a profile, and what no setting can give."""

from dataclasses import dataclass

from credentials.errors import ConfigurationError
from issuer.domain.clients import Attestation, Profile
from issuer.domain.encryption import Encryption
from issuer.domain.profiles import RULES
from issuer.settings import AgencySettings


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is lacking. What `stops` must be put right before an agency serves under the profile."""

    text: str
    stops: bool = True


def lacks(settings: AgencySettings, profile: Profile) -> list[Lack]:
    """Return what these settings lack for a profile; nothing when they have all that it wants."""
    rules = RULES[profile]
    found: list[Lack] = []
    if rules.attested and settings.trust_list is None:
        found.append(Lack("trust_list: without one no wallet provider's word counts"))
    if rules.attested and settings.wallet_attestation is Attestation.OFF:
        found.append(Lack('wallet_attestation = "off": the profile wants wallets that authenticate'))
    other = [each.value for each in settings.securings if each not in rules.securings]
    if other:
        found.append(Lack(f"securings: the profile does not have {', '.join(other)}"))
    if rules.qualified and settings.attestation_qualification is None:
        found.append(Lack('attestation_qualification: each card must say what it is, "EAA", "PuB-EAA" or "QEAA"'))
    if not rules.deferral and settings.deferred.hours:
        found.append(Lack("deferred.hours: the profile's wallets cannot come back later; set it to 0"))
    if profile is Profile.OPEN:
        return found
    # HAIP 1.0 section 4: TLS; and encryption of requests and responses is for wallets that want it.
    if settings.insecure_localhost:
        found.append(Lack("insecure_localhost: wallets of the profile want https", stops=False))
    if settings.encryption is Encryption.OFF:
        found.append(Lack('encryption = "off": the profile wants encryption offered'))
    return found


def beyond(profile: Profile) -> tuple[str, ...]:
    """Return what wallets of a profile want besides, and this software does not do."""
    return RULES[profile].beyond


def require_profile(settings: AgencySettings) -> None:
    """Demand that settings fit the profile that they name. Raises ConfigurationError."""
    wrong = [each.text for each in lacks(settings, settings.profile) if each.stops]
    if wrong:
        raise ConfigurationError(f'profile = "{settings.profile.value}": {"; ".join(wrong)}')
