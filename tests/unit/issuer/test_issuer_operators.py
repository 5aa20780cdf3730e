"""The agency's own people, by a provider that can be made to lie; and what their roles open."""

from typing import Any

import pytest

from credentials.clock import FixedClock, epoch
from issuer.domain.operators import May, Operator, Role
from issuer.identity import OidcEmployees
from service.errors import AssuranceTooLow, LoginRefused, NotAllowed
from service.oidc import CodeFlow, LoginAttempt, OidcClient
from tests.broker_kit import ISSUER, NOW, Broker
from tests.unit.issuer.test_issuer_oidc import CLIENT, begun

ROLES = {
    "desk": frozenset({Role.OPERATOR}),
    "chief": frozenset({Role.ADMINISTRATOR}),
    "both": frozenset({Role.OPERATOR, Role.AUDITOR}),
}


def employees(provider: Broker, *path: str, assurance: tuple[str, ...] = ()) -> OidcEmployees:
    client = OidcClient(
        issuer=ISSUER,
        client_id="cjib",
        redirect_uri="https://cjib.example/beheer/terug",
        acr_values=assurance,
        key=CLIENT,
    )
    login = CodeFlow(client, provider, FixedClock(NOW))
    return OidcEmployees(ISSUER, login, role_claim=path or ("roles",), roles=ROLES, minimum_assurance=assurance)


def attempt_at(login: OidcEmployees, provider: Broker) -> LoginAttempt:
    return begun(login, provider)  # type: ignore[arg-type]  # it begins as a citizen's does


def test_the_subject_and_the_roles_of_the_token_are_taken() -> None:
    provider = Broker(claims={"sub": "s-1", "name": "Eva Bakker", "roles": ["desk", "elsewhere", 7]})
    login = employees(provider)
    found = login.finish(attempt_at(login, provider), {"code": "c"})
    assert (found.subject, found.roles, found.name) == ("s-1", {Role.OPERATOR}, "Eva Bakker")
    assert "Eva" not in repr(found)
    assert "s-1" not in repr(found)


@pytest.mark.parametrize(
    ("claims", "path", "roles"),
    [
        ({"roles": "both"}, (), {Role.OPERATOR, Role.AUDITOR}),
        ({"realm_access": {"roles": ["chief"]}}, ("realm_access", "roles"), {Role.ADMINISTRATOR}),
        ({"roles": ["Chief", "desk "]}, (), set()),
        ({"roles": {"desk": True}}, (), set()),
        ({"roles": None}, (), set()),
        ({}, (), set()),
        ({"realm_access": ["roles"]}, ("realm_access", "roles"), set()),
    ],
)
def test_only_what_the_agency_named_gives_a_role(
    claims: dict[str, Any], path: tuple[str, ...], roles: set[Role]
) -> None:
    provider = Broker(claims=claims)
    login = employees(provider, *path)
    assert login.finish(attempt_at(login, provider), {"code": "c"}).roles == roles


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": ["cjib", "another"]},
        {"nonce": "another"},
        {"exp": epoch(NOW) - 120},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
    ],
)
def test_a_token_that_is_not_for_this_desk_now_is_refused(claims: dict[str, Any]) -> None:
    provider = Broker(claims={"roles": ["chief"], **claims})
    login = employees(provider)
    with pytest.raises(LoginRefused):
        login.finish(attempt_at(login, provider), {"code": "c"})


def test_a_token_signed_by_somebody_else_is_refused() -> None:
    provider = Broker(claims={"roles": ["chief"]})
    login = employees(provider)
    attempt = attempt_at(login, provider)
    mine = Broker(nonce=attempt.nonce, claims={"roles": ["chief"]})
    provider.id_token = mine.post_form("", {}).json()["id_token"]  # type: ignore[assignment]  # a string
    with pytest.raises(LoginRefused):
        login.finish(attempt, {"code": "c"})


def test_a_login_may_have_to_be_strong() -> None:
    provider = Broker(claims={"acr": "password", "roles": ["desk"]})
    login = employees(provider, assurance=("mfa",))
    with pytest.raises(AssuranceTooLow):
        login.finish(attempt_at(login, provider), {"code": "c"})
    provider.claims["acr"] = "mfa"
    assert login.finish(attempt_at(login, provider), {"code": "another"}).roles == {Role.OPERATOR}


def test_without_a_wanted_level_none_is_asked_for() -> None:
    assert "acr_values" not in employees(Broker()).begin()[0]
    assert "acr_values=mfa" in employees(Broker(), assurance=("mfa",)).begin()[0]


@pytest.mark.parametrize(
    ("roles", "opened"),
    [
        ({Role.OPERATOR}, {May.LOOK, May.CHANGE}),
        ({Role.AUDITOR}, {May.AUDIT}),
        ({Role.OPERATOR, Role.AUDITOR}, {May.LOOK, May.CHANGE, May.AUDIT}),
        ({Role.ADMINISTRATOR}, set(May)),
        (set(), set()),
    ],
)
def test_a_role_opens_what_it_is_for(roles: set[Role], opened: set[May]) -> None:
    operator = Operator("medewerker:x", frozenset(roles))
    assert {what for what in May if operator.may(what)} == opened
    for what in set(May) - opened:
        with pytest.raises(NotAllowed):
            operator.demand(what)
