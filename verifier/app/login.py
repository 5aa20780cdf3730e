"""How people come in: at the organisation's own provider, or by the demonstration's password; in one of these ways."""

import hmac
from collections.abc import Callable, Sequence
from typing import Literal

from credentials.clock import Clock
from credentials.encoding import json_compact
from service.http import OutboundClient
from service.oidc import CodeFlow, OidcClient
from service.oidc.reaching import provider_client
from service.sealing import derive
from verifier.domain.staff import PSEUDONYM, Counsellor, Role
from verifier.identity.demo import DemoLogin
from verifier.identity.oidc import OidcStaff
from verifier.ports import PasswordLogin, StaffLogin
from verifier.settings import LoginSection, VerifierSettings
from verifier.storage.keys import KeyFiles
from verifier.usecases.staff import LogIn, Staff
from verifier.web.screens.entrance import RETURN


def login_kind(section: LoginSection) -> Literal["key", "secret"]:
    """Say by what we show the provider who we are."""
    return "key" if section.authentication == "private_key_jwt" else "secret"


def provider_login(
    settings: VerifierSettings,
    staff: Staff,
    http: OutboundClient,
    clock: Clock,
    *,
    login: StaffLogin | None = None,
) -> tuple[LogIn | None, Sequence[Callable[[], None]]]:
    """Return the login at the provider of the settings, or None; and what closes what it holds open.

    `login` is for tests. Raises ConfigurationError.
    """
    section, files = settings.login, KeyFiles(settings.state)
    closing: Sequence[Callable[[], None]] = ()
    if section is None:
        return None, closing
    if login is None:
        by_key = login_kind(section) == "key"
        client = OidcClient(
            issuer=section.issuer,
            client_id=section.client_id,
            redirect_uri=settings.base_url + RETURN,
            scope=section.scope,
            acr_values=section.minimum_assurance,
            authentication=section.authentication,
            key=files.login_key() if by_key else None,
            secret=None if by_key else files.login_secret(),
        )
        reaching, closing = provider_client(settings, section.issuer, http, own_network=section.own_network)
        login = OidcStaff(
            section.issuer,
            CodeFlow(client, reaching, clock),
            role_claim=section.role_claim,
            roles=_roles(section),
            minimum_assurance=section.minimum_assurance,
            second_factor=section.second_factor,
        )
    key = derive(files.data_key(), "verifier staff")

    def pseudonym(issuer: str, subject: str) -> str:
        # As JSON, so that no two pairs are one text.
        return PSEUDONYM + hmac.digest(key, json_compact([issuer, subject]), "sha256").hex()[:24]

    return LogIn(login, staff, pseudonym), closing


def password_login(settings: VerifierSettings) -> PasswordLogin | None:
    """Return the demonstration's login, or None."""
    section = settings.demo_login
    if section is None:
        return None
    people: Sequence[Counsellor] = [
        Counsellor(PSEUDONYM + each.username, frozenset({Role(each.role)}), each.name) for each in section.counsellors
    ]
    return DemoLogin(people, section.password)


def _roles(section: LoginSection) -> dict[str, frozenset[Role]]:
    named = {
        Role.COUNSELLOR: section.roles.counsellor,
        Role.TEAM_LEAD: section.roles.team_lead,
        Role.ADMINISTRATOR: section.roles.administrator,
        Role.AUDITOR: section.roles.auditor,
    }
    values = {value for some in named.values() for value in some}
    return {value: frozenset(role for role, some in named.items() if value in some) for value in values}
