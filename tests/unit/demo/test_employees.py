"""The stand-in for the login of an agency's own people, at which the agency's own client logs somebody in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.keys import SoftwareSigner
from demo.digid.app import create_app
from demo.digid.provider import Client, Person
from demo.employees.__main__ import LOOK
from demo.employees.provider import EmployeeProvider
from issuer.domain.operators import Role
from issuer.identity import OidcEmployees
from service.http import Answer
from service.oidc import ClientKey, CodeFlow, OidcClient

ISSUER = "http://localhost:8104"
BACK = "http://localhost:8207/beheer/terug"
CLOCK = FixedClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
KEY = SoftwareSigner.generate()


class Http:
    """What an agency calls the provider with."""

    def __init__(self, site: TestClient) -> None:
        self._site = site

    def get(self, url: str, *, max_bytes: int | None = None) -> Answer:
        found = self._site.get(url)
        return Answer(found.status_code, dict(found.headers), found.content)

    def post_form(self, url: str, fields: Mapping[str, str], *, headers: Mapping[str, str] | None = None) -> Answer:
        found = self._site.post(url, data=dict(fields), headers=dict(headers or {}))
        return Answer(found.status_code, dict(found.headers), found.content)


@pytest.fixture
def site() -> TestClient:
    people = (Person("eva", "Eva Bakker", "", "kijkt"), Person("tim", "Tim Vos", "", "werkt elders"))
    clients = {"cjib": Client("cjib", "CJIB", frozenset({BACK}), key=KEY.public_jwk)}
    provider = EmployeeProvider(
        ISSUER, clients, people, SoftwareSigner.generate(), CLOCK, roles={"eva": ("medewerker",)}
    )
    return TestClient(create_app(provider, LOOK), base_url=ISSUER, follow_redirects=False)


@pytest.mark.parametrize(("who", "roles"), [("eva", {Role.OPERATOR}), ("tim", set())])
def test_whoever_is_chosen_logs_in_with_their_roles_and_is_asked_each_time(
    site: TestClient, who: str, roles: set[Role]
) -> None:
    client = OidcClient(
        issuer=ISSUER, client_id="cjib", redirect_uri=BACK, scope="openid profile", key=ClientKey(KEY.to_pem())
    )
    login = OidcEmployees(
        ISSUER,
        CodeFlow(client, Http(site), CLOCK),
        role_claim=("roles",),
        roles={"medewerker": frozenset({Role.OPERATOR})},
    )
    for _ in range(2):
        url, attempt = login.begin()
        page = site.get(url)
        assert "Inloggen met uw werkaccount" in page.text
        handle = page.text.partition('name="aanvraag" value="')[2].partition('"')[0]
        back = site.post("/inloggen", data={"aanvraag": handle, "gebruiker": who})
        found = login.finish(attempt, dict(parse_qsl(urlsplit(back.headers["location"]).query)))
        assert found.roles == roles
    assert "bsn" not in site.get("/.well-known/openid-configuration").json()["claims_supported"]
