"""Agencies that stand below a path of their host: found by insertion, and nothing of them outside it."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.dids import Resolver, did_web_url
from credentials.formats.base import TokenStatus
from credentials.formats.issuer_key import IssuerMetadata
from credentials.formats.sd_jwt import SdJwtVc
from credentials.openid import well_known
from credentials.openid.authorization_server import parse_authorization_server
from credentials.openid.issuer_metadata import parse_issuer_metadata
from credentials.status import Status
from issuer.app.login import oidc_client
from issuer.domain.configurations import Securing
from issuer.settings import AgencySection
from tests.debt_builders import CJIB
from tests.flows.issuance_kit import (
    CLIENT,
    NOW,
    REDIRECT,
    Scene,
    Wallet,
    an_agency,
    code_of,
    csrf_of,
    settings_for,
)
from tests.flows.test_issuance_status import status_of
from tests.flows.test_many_cards import ask, scan, share
from tests.many_debts import OWNER, Office, office_in
from tests.wallet_world import SHARED_HOST, OneHost, make_world

pytestmark = pytest.mark.long

HOST = "http://localhost:8207"
PATH = "/agencies/cjib"
URL = HOST + PATH


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock) -> Scene:
    return Scene(an_agency(tmp_path, clock, base_url=URL), clock, tmp_path)


def text_at(scene: Scene, address: str) -> bytes:
    answer = scene.http().get(address)
    assert answer.status_code == 200, address
    return answer.content


class TestMetadata:
    @pytest.mark.requirement("vci-metadata-place")
    @pytest.mark.parametrize("place", [well_known.inserted, well_known.appended])
    def test_an_issuer_is_found_by_insertion_and_by_its_elders_by_appending(
        self, scene: Scene, place: Callable[[str, str], str]
    ) -> None:
        document = text_at(scene, place(URL, well_known.CREDENTIAL_ISSUER))
        metadata = parse_issuer_metadata(document, credential_issuer=URL, insecure_localhost=True)
        endpoints = (metadata.credential_endpoint, metadata.nonce_endpoint, metadata.notification_endpoint)
        assert endpoints == (f"{URL}/credential", f"{URL}/nonce", f"{URL}/notification")

    @pytest.mark.requirement("as-metadata")
    @pytest.mark.parametrize("place", [well_known.inserted, well_known.appended])
    @pytest.mark.parametrize("name", [well_known.AUTHORIZATION_SERVER, well_known.OPENID_CONFIGURATION])
    def test_its_authorization_server_is_found_likewise(
        self, scene: Scene, place: Callable[[str, str], str], name: str
    ) -> None:
        server = parse_authorization_server(text_at(scene, place(URL, name)), issuer=URL, insecure_localhost=True)
        assert server.token_endpoint == f"{URL}/oauth/token"
        assert server.pushed_authorization_request_endpoint == f"{URL}/oauth/par"

    def test_its_keys_are_found_by_its_address_and_by_its_did(self, scene: Scene, clock: FixedClock) -> None:
        def fetch(url: str, _accept: str) -> bytes:
            return text_at(scene, url)

        keys = IssuerMetadata(fetch, clock, allowed=lambda _issuer: True, allow_insecure_localhost=True)
        found = keys.find(URL, None)
        assert found.address == f"{HOST}/.well-known/jwt-vc-issuer{PATH}"
        did = scene.agency.settings.did
        assert did == "did:web:localhost%3A8207:agencies:cjib"
        assert did_web_url(did, allow_insecure_localhost=True) == f"{URL}/did.json"
        resolver = Resolver(fetch, allow_insecure_localhost=True)
        assert resolver.resolve(f"{did}#{found.key.thumbprint}", "assertionMethod").members == found.key.members

    @pytest.mark.parametrize(
        "path",
        [
            "/.well-known/openid-credential-issuer",
            "/.well-known/did.json",
            f"/.well-known/did.json{PATH}",
            f"{PATH}/.well-known/did.json",
            f"/.well-known/openid-credential-issuer{PATH}/",
            f"/.well-known/openid-credential-issuer{PATH}2",
            f"/.well-known/openid-credential-issuer{PATH.upper()}",
            f"{PATH}/.well-known/openid-credential-issuer{PATH}",
            f"/.well-known/nope{PATH}",
            "/did.json",
            "/nonce",
            "/offers/x",
            "/status/token/1",
            "/contexts/schulden/v1",
        ],
    )
    def test_nothing_is_found_anywhere_else(self, scene: Scene, path: str) -> None:
        answer = scene.http().get(HOST + path)
        assert answer.status_code == 404
        assert answer.json()["error"] == "invalid_request"


class TestIssuance:
    @pytest.mark.parametrize("dpop", [True, False], ids=["DPoP", "Bearer"])
    def test_an_offer_becomes_credentials_whose_status_can_be_read(self, scene: Scene, dpop: bool) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt", dpop=dpop)
        assert wallet.granted["token_type"] == ("DPoP" if dpop else "Bearer")
        (credential,) = wallet.credentials("overzicht_sdjwt")
        view = SdJwtVc().inspect(credential)
        assert view.issuer == URL
        (entry,) = view.status
        assert isinstance(entry, TokenStatus)
        assert entry.uri == f"{URL}/status/token/1"
        assert status_of(scene, credential) == Status.VALID
        lists = scene.http().get("/status/lists").json()
        assert lists == {"status_lists": [entry.uri]}

    @pytest.mark.parametrize("wrong", [HOST, f"{URL}/", f"{HOST}/agencies/duo"])
    def test_a_proof_for_a_neighbour_or_the_host_is_refused(self, scene: Scene, wrong: str) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        proofs: Any = {"jwt": wallet.proofs(1, audience=wrong)}
        answer = wallet.ask({"credential_configuration_id": "overzicht_sdjwt", "proofs": proofs})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_proof")

    def test_a_dpop_proof_for_the_address_without_the_path_is_refused(self, scene: Scene) -> None:
        wallet = scene.wallet(dpop=True)
        code = scene.offered_code("overzicht_sdjwt")
        wallet.url = HOST
        answer = wallet.redeem(code)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
        wallet.url = URL
        assert wallet.redeem(code).status_code == 200

    def test_after_a_login_the_code_goes_to_the_wallet_with_the_issuers_name(self, scene: Scene) -> None:
        wallet, browser = scene.wallet(dpop=True), Visitor(scene)
        pushed = wallet.push()
        assert pushed.status_code == 201
        query = {"client_id": CLIENT, "request_uri": pushed.json()["request_uri"]}
        page = browser.open(f"{URL}/oauth/authorize", query)
        assert page.url.startswith(f"{URL}/oauth/verder/")
        page = browser.send(page, f"{URL}/oauth/toestemming", antwoord="ja", verzoek=page.fields["verzoek"])
        (back,) = {each for each in page.links if each.startswith(REDIRECT)}
        answer = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
        assert answer["iss"] == URL
        assert wallet.redeem_login(answer["code"]).status_code == 200
        assert wallet.credentials("overzicht_sdjwt")


class Sheet(HTMLParser):
    """A page in a browser without scripts: where it leads, by link, form, file and refresh, and what its forms hold."""

    def __init__(self, url: str, text: str) -> None:
        super().__init__()
        self.url = url
        self.text = text
        self.links: set[str] = set()
        self.forms: set[str] = set()
        self.files: set[str] = set()
        self.fields: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        for name in ("href", "data-poll"):
            target = found.get(name, "")
            if target and not target.startswith("#"):
                (self.files if tag == "link" else self.links).add(urljoin(self.url, target))
        if "src" in found and not found["src"].startswith("data:"):
            self.files.add(urljoin(self.url, found["src"]))
        if "action" in found:
            self.forms.add(urljoin(self.url, found["action"]))
        if found.get("http-equiv") == "refresh":
            self.links.add(urljoin(self.url, found["content"].partition("url=")[2]))
        if tag == "input" and "name" in found:
            self.fields[found["name"]] = found.get("value", "")

    @property
    def all(self) -> set[str]:
        return self.links | self.forms | self.files


class Visitor:
    """A browser whose citizen logs in wherever that is asked. It never leaves the agency by itself."""

    def __init__(self, scene: Scene, http: TestClient | None = None) -> None:
        self.scene = scene
        self.http = http or TestClient(scene.agency.app, base_url=HOST, follow_redirects=False)
        self.been: list[str] = []

    def open(self, url: str, query: dict[str, str] | None = None) -> Sheet:
        return self._follow(url, self.http.get(url, params=query))

    def send(self, page: Sheet, url: str, **fields: str) -> Sheet:
        assert url in page.forms
        headers = {"origin": HOST, "sec-fetch-site": "same-origin"}
        form = {"csrf_token": page.fields["csrf_token"], **fields}
        return self._follow(url, self.http.post(url, data=form, headers=headers))

    def _follow(self, url: str, answer: Any) -> Sheet:
        for _ in range(10):
            self.been.append(url)
            for cookie in answer.headers.get_list("set-cookie"):
                assert f"Path={self.scene.agency.settings.place.path}" in cookie.split("; ")
            if answer.status_code != 303:
                assert answer.status_code < 400, (url, answer.text)
                page = Sheet(url, answer.text if "html" in answer.headers["content-type"] else "")
                assert outside(self.scene.url, {*page.all, *self.been}) == set()
                return page
            url = urljoin(url, answer.headers["location"])
            if url.startswith("https://digid.example"):
                (state,) = parse_qs(urlsplit(url).query)["state"]
                url = f"{self.scene.url}/inloggen/terug?state={state}&code=999990007"
            answer = self.http.get(url)
        raise AssertionError("too many redirects")


def own(url: str) -> bool:
    return url.startswith(HOST)


def outside(base: str, addresses: set[str]) -> set[str]:
    """Which addresses are on the agency's host, and not below its path."""
    return {each for each in addresses if own(each) and not re.match(rf"{re.escape(base)}(?:/|\Z)", each)}


class TestPages:
    def test_no_link_form_file_or_redirect_of_any_page_leaves_the_path(self, scene: Scene) -> None:
        visitor, todo, seen = Visitor(scene), [URL, f"{URL}/", f"{URL}/schulden", f"{URL}/nee"], dict[str, Sheet]()
        visitor.open(f"{URL}/schulden")
        page = visitor.open(f"{URL}/schulden")
        todo.append(visitor.send(page, f"{URL}/wallet").url)
        while todo:
            url = todo.pop()
            if url in seen or url == f"{URL}/nee":
                answer = visitor.http.get(url)
                seen[url] = Sheet(url, answer.text)
            else:
                seen[url] = visitor.open(url)
            # A page that is not there is not there in English either.
            todo += [each for each in seen[url].links if own(each) and each not in seen and "%2Fnee" not in each]
        for file in {each for page in seen.values() for each in page.files}:
            assert visitor.http.get(file).status_code == 200
        everything = {each for page in seen.values() for each in page.all} | set(visitor.been)
        assert outside(URL, everything) == set()
        # What was walked is what there is.
        paths = {urlsplit(each).path.removeprefix(PATH) for each in everything if own(each)}
        assert {
            "/", "/schulden", "/schulden/download", "/schulden/bewijs", "/privacy", "/toegankelijkheid", "/inloggen",
            "/inloggen/terug", "/uitloggen", "/wallet",
        } <= paths  # fmt: skip
        assert {path for path in paths if re.fullmatch(r"/wallet/[^/]+/stand", path)}

    def test_the_offer_on_the_page_is_taken_and_the_page_turns(self, scene: Scene) -> None:
        visitor = Visitor(scene)
        page = visitor.open(f"{URL}/schulden")
        page = visitor.send(page, f"{URL}/wallet")
        (link,) = {each for each in page.links if each.startswith("openid-credential-offer")}
        wallet = scene.wallet()
        assert wallet.redeem(code_of(wallet.take_offer(link))).status_code == 200
        assert wallet.credentials("overzicht_sdjwt")
        (poll,) = {each for each in page.links if each.endswith("/stand")}
        assert visitor.http.get(poll).json() == {"ververs": True}
        assert "Gelukt" in visitor.open(page.url).text

    def test_logging_out_forgets_the_browsers_cookie(self, scene: Scene) -> None:
        visitor = Visitor(scene)
        page = visitor.open(f"{URL}/schulden")
        assert visitor.send(page, f"{URL}/uitloggen").url == f"{URL}/uitgelogd"
        assert len(visitor.http.cookies) == 0

    @pytest.mark.parametrize("then", ["//elders.example/x", "https://elders.example/x", "/\\elders.example"])
    def test_a_login_leads_nowhere_else(self, scene: Scene, then: str) -> None:
        visitor = Visitor(scene)
        assert visitor.open(f"{URL}/inloggen", {"naar": then}).url == f"{URL}/schulden"

    def test_a_form_of_another_site_is_refused(self, scene: Scene) -> None:
        visitor = Visitor(scene)
        page = visitor.open(f"{URL}/schulden")
        form = {"csrf_token": page.fields["csrf_token"]}
        answer = visitor.http.post(f"{URL}/wallet", data=form, headers={"origin": "https://elders.example"})
        assert answer.status_code == 403

    def test_what_the_login_provider_is_told_is_the_address_below_the_path(self, tmp_path: Path) -> None:
        settings = settings_for(tmp_path, base_url=URL)
        assert oidc_client(settings, None, None, None).redirect_uri == f"{URL}/inloggen/terug"

    @pytest.mark.parametrize("path", ["/", "/schulden", "/inloggen", "/static/x.css", "/agencies", "/agencies/cjib2"])
    def test_a_page_outside_is_not_found_and_leads_in(self, scene: Scene, path: str) -> None:
        answer = scene.http().get(HOST + path)
        assert answer.status_code == 404
        assert f'href="{PATH}/"' in answer.text
        assert "set-cookie" not in answer.headers

    def test_the_api_is_below_the_path_too(self, scene: Scene) -> None:
        http = scene.http()
        assert http.get(f"{HOST}/api/v1/openapi.json").status_code == 404
        assert http.get(f"{URL}/api/v1/openapi.json").json()["servers"] == [{"url": f"{PATH}/api/v1"}]
        for url in (HOST, URL):
            checks = http.get(f"{url}/health/ready").json()["checks"]
            assert checks == {"database": "ok", "certificate": "ok", "source": "ok"}


class TestNeighbours:
    """Two agencies on one host, behind one proxy."""

    @pytest.fixture
    def neighbours(self, tmp_path: Path, clock: FixedClock) -> tuple[Scene, Scene]:
        other = AgencySection(oin=CJIB.oin, name="CJIB, tweede loket", abbreviation="duo")
        made = [
            Scene(an_agency(tmp_path / "cjib", clock, base_url=URL), clock, tmp_path / "cjib"),
            Scene(an_agency(tmp_path / "duo", clock, base_url=f"{URL}-duo", agency=other), clock, tmp_path / "duo"),
        ]
        return made[0], made[1]

    @pytest.fixture
    def host(self, neighbours: tuple[Scene, Scene]) -> TestClient:
        proxy = OneHost()
        for each in neighbours:
            proxy.agencies[each.agency.settings.place.path] = each.agency.app
        return TestClient(proxy, base_url=HOST, follow_redirects=False)

    def test_a_browser_is_logged_in_at_the_one_that_it_logged_in_at(
        self, neighbours: tuple[Scene, Scene], host: TestClient
    ) -> None:
        one, other = neighbours
        Visitor(one, host).open(f"{one.url}/schulden")
        assert host.get(f"{one.url}/schulden").status_code == 200
        gone = host.get(f"{other.url}/schulden")
        assert gone.status_code == 303
        assert gone.headers["location"].startswith(f"{other.agency.settings.place.path}/inloggen")
        Visitor(other, host).open(f"{other.url}/schulden")
        cookies = {(cookie.path, cookie.name) for cookie in host.cookies.jar}
        assert cookies == {(PATH, "bk_issuer_cjib"), (f"{PATH}-duo", "bk_issuer_duo")}
        # Each request bears the cookie of the one that it is for.
        sent = host.get(f"{other.url}/schulden").request.headers["cookie"]
        assert "bk_issuer_duo" in sent
        assert "bk_issuer_cjib" not in sent

    def test_the_forms_token_of_one_opens_nothing_at_the_other(
        self, neighbours: tuple[Scene, Scene], host: TestClient
    ) -> None:
        one, other = neighbours
        Visitor(one, host).open(f"{one.url}/schulden")
        Visitor(other, host).open(f"{other.url}/schulden")
        token = csrf_of(host.get(f"{one.url}/schulden").text)
        headers = {"origin": HOST, "sec-fetch-site": "same-origin"}
        assert host.post(f"{other.url}/wallet", data={"csrf_token": token}, headers=headers).status_code == 403
        assert host.post(f"{one.url}/wallet", data={"csrf_token": token}, headers=headers).status_code == 303

    def test_codes_and_tokens_of_one_open_nothing_at_the_other(
        self, neighbours: tuple[Scene, Scene], host: TestClient
    ) -> None:
        one, other = neighbours
        code = one.offered_code("overzicht_sdjwt")
        assert Wallet(other.http(), other.clock, url=other.url).redeem(code).status_code == 400
        wallet = one.wallet_with_token("overzicht_sdjwt")
        stranger = Wallet(other.http(), other.clock, url=other.url, token=wallet.token)
        asked = stranger.ask({"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": ["x"]}})
        assert asked.status_code == 401

    def test_each_has_its_own_keys_and_name(self, neighbours: tuple[Scene, Scene], host: TestClient) -> None:
        documents = [host.get(well_known.inserted(each.url, "jwt-vc-issuer")).json() for each in neighbours]
        assert [each["issuer"] for each in documents] == [each.url for each in neighbours]
        assert documents[0]["jwks"] != documents[1]["jwks"]


@pytest.fixture(scope="module", params=[(Securing.SD_JWT,), (Securing.EDDSA_RDFC,)], ids=["dc+sd-jwt", "ldp_vc"])
def office(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Office]:
    keys = ("cjib", "duo", "svb")
    world = make_world(
        tmp_path_factory.mktemp("one-host"), *keys, securings=dict.fromkeys(keys, request.param), one_host=True
    )
    made = office_in(world)
    yield made
    made.close()


def test_our_own_wallet_collects_from_agencies_that_share_a_host_and_our_verifier_proves_it(office: Office) -> None:
    page = office.citizen.collect()
    assert "3 van 3 organisaties hebben geantwoord" in page.words
    overview = office.citizen.api("overzicht?vers=true").json()
    assert (overview["saldo"], overview["openZaken"]) == (44321, 2)
    assert {each["status"] for each in overview["uitgevers"]} == {"actueel"}
    asked = {url for url in office.world.net.asked if SHARED_HOST in url}
    assert f"http://{SHARED_HOST}/.well-known/openid-credential-issuer/agencies/cjib" in asked
    assert all(re.match(rf"http://{SHARED_HOST}(/\.well-known/[a-z-]+)?/agencies/(cjib|duo|svb)", url) for url in asked)
    assert any("/status/" in url for url in asked)
    verification = ask(office)
    page = share(office, scan(office, verification))
    assert "U hebt gedeeld met" in page.words
    result = office.counsellor.results.of(OWNER, verification.id).result
    assert [(line.complete, line.standing) for line in result.lines] == [(True, "goed")] * 3
