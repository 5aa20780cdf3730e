"""Look whose PID would count, and say what is wrong with the settings for logging in with a wallet."""

from contextlib import closing

from credentials.clock import SystemClock
from credentials.errors import ConfigurationError
from credentials.trust import Participant, TrustListExpired
from issuer.app.keys import load_keys
from issuer.app.trusted import directory_of
from issuer.app.wallet_login import authority_faults, own_providers, question_of
from issuer.clients import TrustListDirectory
from issuer.identity import PidProviders, may_give_pid
from issuer.settings import AgencySettings
from service.http import OutboundClient, OutboundPolicy


def check_pid(settings: AgencySettings) -> tuple[list[str], list[str]]:
    """Return whose PID counts, and what is wrong, each in a line. Changes nothing.

    Raises ConfigurationError for what would stop the start, and where nobody can log in with a wallet.
    """
    pid = settings.pid
    if pid is None:
        raise ConfigurationError("pid is not in the settings: people log in with no wallet")
    clock, faults, found = SystemClock(), list[str](), list[Participant]()
    if settings.state.is_dir():
        load_keys(settings, clock.now())
    else:
        faults.append("no state yet; run `blauweknop issuer init`")
    types = question_of(settings, pid).types
    policy = OutboundPolicy(allow_insecure_localhost=settings.insecure_localhost, ca_file=settings.ca_file)
    with closing(OutboundClient(policy)) as http:
        directory = directory_of(settings.trust_list if pid.listed else None, http, clock)
        listed = directory.trust_list if isinstance(directory, TrustListDirectory) else None
        try:
            participants = PidProviders(own_providers(pid), listed, clock)().participants
            found += [each for each in participants if may_give_pid(each, types, bsn=not settings.agency.private)]
        except TrustListExpired:
            faults.append("trust_list: there is no valid list")
    faults += [f"{each.identifier}: {fault}" for each in found for fault in authority_faults(each, clock.now())]
    if not found:
        number = "" if settings.agency.private else " with a BSN"
        faults.append(f"nobody gives a PID of type {', '.join(sorted(types))}{number}")
    return [f"{each.identifier} ({each.name})" for each in found], faults
