"""A wallet with real agencies around it, all in this process, and a citizen with a browser that knows them all.

Nothing opens a socket: every host name leads to an app or a handler. The login provider believes everybody.
"""

import json
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlencode, urljoin, urlsplit

from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from credentials.clock import FixedClock
from credentials.debts.bsn import Bsn
from credentials.encoding import JsonObject, json_compact
from credentials.errors import BlauweKnopError
from credentials.jose import EncryptionKey, sign_jwt
from credentials.keys import SoftwareSigner
from credentials.openid.certificates import build_x5c
from credentials.openid.client_id import client_id_of_certificate
from credentials.openid.dcql import parse_query
from credentials.openid.request_link import RequestReference
from credentials.openid.request_object import AUDIENCE, MEDIA_TYPE, sign_request
from credentials.openid.verifier_info import Purpose
from credentials.openid.vp_request import PresentationRequest, ResponseMode
from credentials.openid.vp_response import PresentationResponse, RefusedResponse, parse_response
from credentials.trust import KeyPurpose, Participant, Role, make_ca
from credentials.trust.trust_list import MEDIA_TYPE as TRUST_LIST_TYPE
from credentials.trust.trust_list import issue
from issuer.app.compose import Agency, build
from issuer.app.keys import initialise, load_keys
from issuer.app.run import describe
from issuer.domain.clients import Attestation, ListedWallet, Wallets
from issuer.domain.configurations import DEFAULT_SECURINGS, Securing
from issuer.settings import AgencySection, AgencySettings, DigidSection, FcidSource, StatusSection, TrustListSection
from service.errors import UnexpectedContentType, UnexpectedStatus, Unreachable
from service.http import Answer
from tests.conftest import _free_port
from tests.debt_builders import DEMO, SAMIRA
from tests.debt_builders import agency as agency_named
from tests.flows.issuance_kit import FakeLogin
from tests.migrated import begin_with_tables
from tests.passkey_kit import quick_locksmith
from wallet_api.app import WalletService, create, describe_wallet, make_keys
from wallet_api.settings import Collecting, Provider, Trust, WalletSettings

SCHEME = "http://localhost:8100"
# A port of this run's own: the browser tests really listen on it.
WALLET_PORT = _free_port()
WALLET = f"http://localhost:{WALLET_PORT}"
COUNSELLOR = "http://localhost:8120"
DIGID = "https://digid.example"
CLIENT = "blauweknop-wallet"
PIN = "hallo 2026"
JOHAN = Bsn("999990019")
PORTS = {
    "cjib": 8201,
    "belastingdienst": 8202,
    "cak": 8203,
    "duo": 8204,
    "toeslagen": 8205,
    "uwv": 8206,
    "svb": 8207,
    "tilburg": 8208,
}

# Where agencies stand that share a host, each below a path of its own.
SHARED_HOST = "localhost:8200"

Handler = Callable[[str, str, Mapping[str, str], bytes], tuple[int, str, bytes]]


class Net:
    """The outbound client of a test: hosts lead to apps or handlers. What is not there is unreachable."""

    def __init__(self) -> None:
        self.apps: dict[str, TestClient] = {}
        self.handlers: dict[str, Handler] = {}
        self.asked: list[str] = []
        self.down: set[str] = set()
        self.moved: str | None = None
        """How the path of what lies behind a redirect begins."""

    def get(
        self, url: str, accept: str = "application/json", *, headers: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> Answer:  # fmt: skip
        return self._exchange("GET", url, {"accept": accept, **(headers or {})}, b"")

    def post_form(
        self, url: str, fields: Mapping[str, str], *, accept: str = "application/json",
        headers: Mapping[str, str] | None = None, seconds: float | None = None,
    ) -> Answer:  # fmt: skip
        return self.post(url, urlencode(fields).encode(), "application/x-www-form-urlencoded", headers=headers)

    def post_json(
        self, url: str, value: object, *, accept: str = "application/json", headers: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> Answer:  # fmt: skip
        return self.post(url, json_compact(value), "application/json", headers=headers)

    def post(
        self, url: str, content: bytes, content_type: str, *, accept: str = "application/json",
        headers: Mapping[str, str] | None = None, max_bytes: int | None = None,
    ) -> Answer:  # fmt: skip
        return self._exchange("POST", url, {"content-type": content_type, **(headers or {})}, content)

    def fetch(self, url: str, accept: str) -> bytes:
        if self.moved is not None and urlsplit(url).path.startswith(self.moved):
            raise UnexpectedStatus
        return self.fetch_wherever(url, accept)

    def fetch_wherever(self, url: str, accept: str) -> bytes:
        answer = self.get(url, accept)
        if not answer.ok:
            raise UnexpectedStatus
        if answer.content_type not in accept:
            raise UnexpectedContentType
        return answer.body

    def now(self, work: Callable[[], object]) -> None:
        """Do at once what a wallet does afterwards; it may fail."""
        with suppress(BlauweKnopError):
            work()

    def close(self) -> None:
        """Nothing is open."""

    def _exchange(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        self.asked.append(url)
        parts = urlsplit(url)
        if parts.netloc in self.down:
            raise Unreachable
        handler = self.handlers.get(parts.netloc)
        if handler is not None:
            status, content_type, body = handler(method, parts.path, headers, content)
            return Answer(status, MappingProxyType({"content-type": content_type}), body)
        app = self.apps.get(parts.netloc)
        if app is None:
            raise Unreachable
        response = app.request(method, url, headers=dict(headers), content=content or None)
        return Answer(
            response.status_code,
            MappingProxyType({name.lower(): value for name, value in response.headers.items()}),
            response.content,
        )


class OneHost:
    """A proxy before agencies that share a host: each has what is below its path, and the metadata by insertion."""

    def __init__(self) -> None:
        self.agencies: dict[str, ASGIApp] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for path, app in self.agencies.items():
            if re.match(rf"(?:/\.well-known/[^/]+)?{re.escape(path)}(?:/|\Z)", scope["path"]):
                return await app(scope, receive, send)
        return await PlainTextResponse("nobody", 404)(scope, receive, send)


@dataclass(slots=True)
class Directory:
    """What agencies know of wallets."""

    def wallets(self) -> Wallets:
        return Wallets({CLIENT: ListedWallet("Blauwe Knop wallet", frozenset({f"{WALLET}/terug"}))})


@dataclass(slots=True)
class Requester:
    """An organisation that asks for cards, with a certificate of its own authority."""

    net: Net
    clock: FixedClock
    host: str = "localhost:8120"
    bsn: bool = False
    claims: tuple[str, ...] = ()
    answered: list[PresentationResponse | RefusedResponse] = field(default_factory=list)
    requests: dict[str, str | Callable[[Mapping[str, str]], str]] = field(default_factory=dict)
    expected: dict[str, tuple[PresentationRequest, EncryptionKey]] = field(default_factory=dict)
    redirect: str | None = None
    refuse: bool = False
    signer: SoftwareSigner = field(default_factory=SoftwareSigner.generate)
    chain: tuple[bytes, ...] = ()
    anchor: bytes = b""

    def __post_init__(self) -> None:
        begin, end = self.clock.now() - timedelta(days=1), self.clock.now() + timedelta(days=300)
        authority = make_ca("Schuldhulp CA", not_before=begin, not_after=end)
        self.anchor = authority.der
        self.chain = (
            authority.issue_leaf(
                self.signer.public_jwk,
                uri=self.url,
                dns=self.host.partition(":")[0],
                common_name="schuldhulp",
                organisation="Schuldhulp Voorbeeld",
                oin=None,
                not_before=begin,
                not_after=end,
                eku=KeyPurpose.REQUESTS,
            ),
        )
        self.net.handlers[self.host] = self.handle

    @property
    def url(self) -> str:
        scheme = "http" if self.host.startswith("localhost") else "https"
        return f"{scheme}://{self.host}"

    @property
    def participant(self) -> Participant:
        return Participant(
            identifier=self.url,
            name="Schuldhulp Voorbeeld",
            roles=frozenset({Role.VERIFIER}),
            oin="00000000900000021000",
            anchors=(self.anchor,),
            bsn=self.bsn,
            claims=self.claims,
        )

    def ask(self, query: JsonObject, *, method: str = "post", **changed: Any) -> str:
        """Make a request and return its link."""
        number = str(len(self.requests) + 1)
        key = EncryptionKey.generate(f"k{number}")
        request = PresentationRequest(
            client_id=changed.pop("client_id", None) or client_id_of_certificate(self.chain[0]),
            response_uri=f"{self.url}/vp/{number}",
            response_mode=changed.pop("response_mode", ResponseMode.DIRECT_POST_JWT),
            nonce=changed.pop("nonce", "n" * 22),
            dcql=parse_query(query),
            state=changed.pop("state", "s" * 22),
            encryption_keys=(*changed.pop("keys_before", ()), key.public()),
            purpose=changed.pop("purpose", Purpose("Intake schuldhulp", "Wgs artikel 8", "6 maanden")),
        )
        self.expected[f"/vp/{number}"] = (request, key)
        signer: SoftwareSigner = changed.pop("signer", self.signer)
        echo: bool = changed.pop("echo", True)
        header: JsonObject | None = changed.pop("header", None)
        proof: dict[str, str] = changed.pop("proof", {})
        # What a request object says otherwise than we ever would: members by name, None for those that are left out.
        otherwise: JsonObject = changed.pop("otherwise", {})

        def made(fields: Mapping[str, str]) -> str:
            asked = replace(request, wallet_nonce=fields.get("wallet_nonce") if echo else None)
            if header is None and not otherwise:
                return sign_request(asked, signer, now=self.clock.now(), x5c=self.chain, **proof)
            stated: JsonObject = {"aud": AUDIENCE, **asked.to_parameters(), **otherwise}
            payload: JsonObject = {name: value for name, value in stated.items() if value is not None}
            return sign_jwt("oauth-authz-req+jwt", header or {"x5c": [*build_x5c(self.chain)]}, payload, signer)

        self.requests[f"/r/{number}"] = changed.pop("jwt", made)
        link = RequestReference(str(changed.pop("outer", request.client_id.full)), f"{self.url}/r/{number}", method)
        assert not changed
        return link.to_uri()

    def handle(self, method: str, path: str, _headers: Mapping[str, str], content: bytes) -> tuple[int, str, bytes]:
        fields = dict(parse_qsl(content.decode()))
        if path in self.requests:
            made = self.requests[path]
            return 200, MEDIA_TYPE, (made if isinstance(made, str) else made(fields)).encode()
        request, key = self.expected[path]
        if self.refuse:
            return 400, "application/json", b'{"error":"invalid_request"}'
        read = parse_response(
            fields, mode=request.response_mode, query=request.dcql, state=request.state, keys={key.kid: key}
        )
        self.answered.append(read)
        return 200, "application/json", json_compact({"redirect_uri": self.redirect} if self.redirect else {})


@dataclass(slots=True)
class WalletWorld:
    """Scheme, agencies, wallet, and whoever asks."""

    folder: Path
    clock: FixedClock
    net: Net
    root: SoftwareSigner
    agencies: dict[str, Agency]
    participants: list[Participant]
    logins: dict[str, FakeLogin]
    service: WalletService
    hosts: dict[str, ASGIApp]
    sequence: int = 1

    def trust(self, *participants: Participant) -> None:
        """Publish a trust list with these added."""
        self.participants += participants
        self.sequence += 1
        self.publish()

    def publish(self) -> None:
        jwt = issue(self.participants, self.root, issuer=SCHEME, sequence=self.sequence, now=self.clock.now())
        host = urlsplit(SCHEME).netloc
        self.net.handlers[host] = lambda *_: (200, TRUST_LIST_TYPE, jwt.encode())
        (self.folder / "list.jwt").write_text(jwt)

    def requester(self, **more: Any) -> Requester:
        """A requester that stands on the trust list."""
        made = Requester(self.net, self.clock, **more)
        self.trust(made.participant)
        return made

    def citizen(self, bsn: Bsn = SAMIRA) -> "Citizen":
        """Somebody with a browser, and no wallet yet."""
        return Citizen(self, bsn)

    def owner(self) -> "Citizen":
        """Samira, with an empty wallet that is open."""
        citizen = self.citizen()
        citizen.make_wallet()
        return citizen

    def collector(self) -> "Citizen":
        """Samira, who has collected what all agencies have."""
        citizen = self.owner()
        citizen.collect()
        return citizen

    def url(self, key: str) -> str:
        return self.agencies[key].settings.base_url

    def close(self) -> None:
        self.service.database.close()
        for each in self.agencies.values():
            each.database.close()


def make_world(
    folder: Path,
    *keys: str,
    database: str = "",
    copies: int = 3,
    securings: Mapping[str, tuple[Securing, ...]] = MappingProxyType({}),
    agency: Mapping[str, Any] = MappingProxyType({}),
    attestation: Attestation = Attestation.OFF,
    one_host: bool = False,
    **more: Any,
) -> WalletWorld:
    """Set up a wallet with these agencies of the demonstration, which have the demonstration's debts.

    `securings` says of an agency how it secures what it issues, where that is not as usual; `agency` holds more of the
    settings of all of them. `attestation` is what they ask of wallets; unless it is off, this one has a provider's key.
    With `one_host` they share a host, each below a path.
    """
    # Certificates live on the machine's own clock.
    clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
    net, root = Net(), SoftwareSigner.generate()
    (folder / "scheme.jwk").write_text(json.dumps(root.public_jwk.to_dict()))
    proxy, hosts = OneHost(), dict[str, ASGIApp]()
    agencies: dict[str, Agency] = {}
    participants: list[Participant] = []
    logins = {key: FakeLogin() for key in keys}
    if attestation is not Attestation.OFF:
        listed = TrustListSection(source=str(folder / "list.jwt"), key=folder / "scheme.jwk")
        agency = {**agency, "wallet_attestation": attestation, "trust_list": listed}
    for key in keys:
        url = f"http://{SHARED_HOST}/agencies/{key}" if one_host else f"http://localhost:{PORTS[key]}"
        settings = _agency_settings(folder, key, url, securings.get(key, DEFAULT_SECURINGS), agency)
        shutil.copytree(DEMO / key, folder / key / "debts")
        initialise(settings)
        begin_with_tables(settings.database_url, "issuer")
        agencies[key] = build(
            settings,
            load_keys(settings, clock.now()),
            clock=clock,
            login_provider=logins[key],
            directory=Directory() if attestation is Attestation.OFF else None,
            with_jobs=False,
        )
        proxy.agencies[settings.place.path] = agencies[key].app
        host = urlsplit(url).netloc
        hosts[host] = proxy if one_host else agencies[key].app
        net.apps[host] = TestClient(hosts[host], base_url=f"http://{host}", follow_redirects=False)
        participants.append(Participant.parse(json.loads(describe(settings))))
    wallet = WalletSettings(
        base_url=WALLET,
        port=WALLET_PORT,
        database=database or f"sqlite:///{folder / 'wallet.db'}",
        client_id=CLIENT,
        insecure_localhost=True,
        trust=Trust(list_url=f"{SCHEME}/trust-list.jwt", root=root.public_jwk.multikey, refresh_seconds=10),
        collecting=Collecting(copies=copies, **more.pop("collecting", {})),
        **more,
    )
    begin_with_tables(wallet.database, "wallet_api")
    if attestation is not Attestation.OFF:
        wallet = wallet.model_copy(update={"provider": Provider(keys=folder / "keys")})
        make_keys(wallet)
        participants.append(Participant.parse(json.loads(describe_wallet(wallet))))
    if wallet.errands.key is not None:
        make_keys(wallet)
    service = create(wallet, clock=clock, http=net, locksmith=quick_locksmith(), afterwards=net.now)  # type: ignore[arg-type]
    world = WalletWorld(folder, clock, net, root, agencies, participants, logins, service, hosts)
    world.publish()
    return world


def _agency_settings(
    folder: Path, key: str, url: str, securings: tuple[Securing, ...], more: Mapping[str, Any]
) -> AgencySettings:
    known = agency_named(key)
    return AgencySettings(
        base_url=url,
        port=PORTS[key],
        state=folder / key / "state",
        insecure_localhost=True,
        agency=AgencySection(
            oin=known.oin, name=known.name, abbreviation=known.abbreviation, coverage=tuple(known.coverage)
        ),
        source=FcidSource(kind="fcid", directory=folder / key / "debts"),
        digid=DigidSection(issuer=DIGID, client_id=key),
        status=StatusSection(ttl_seconds=60, superseded="at_once"),
        securings=securings,
        **more,
    )


@dataclass(slots=True)
class Page:
    """A page in the citizen's browser."""

    url: str
    status: int
    text: str

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.text)
        assert found is not None, self.text[:300]
        return found[1]

    @property
    def shown(self) -> dict[str, str]:
        """What a page about sharing says that it showed."""
        found = re.search(r'name="getoond" value="([^"]+)"', self.text)
        return {"getoond": found[1]} if found else {}

    @property
    def refresh(self) -> str | None:
        """Where a script takes the citizen by itself, or a button without scripts."""
        found = re.search(r'data-onward="([^"]+)"', self.text)
        return urljoin(self.url, unescape(found[1])) if found else None

    @property
    def words(self) -> str:
        """What is read on the page, without mark-up."""
        body = re.sub(r"<(script|style).*?</\1>", " ", self.text, flags=re.DOTALL)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).replace("\xa0", " ")


class Citizen:
    """One person's browser: cookies per site, at most twenty redirects in a row, and a login that is believed."""

    def __init__(self, world: WalletWorld, bsn: Bsn) -> None:
        self.world = world
        self.bsn = bsn
        self.number = ""
        self.logins = 0
        self.redirects = 0
        self._clients = {f"localhost:{WALLET_PORT}": self._client(world.service.app, WALLET)}
        for host, app in world.hosts.items():
            self._clients[host] = self._client(app, f"http://{host}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    @property
    def http(self) -> TestClient:
        return self._clients[f"localhost:{WALLET_PORT}"]

    @property
    def token(self) -> str:
        return str(self.http.cookies.get("bk_wallet"))

    def get(self, url: str) -> Page:
        return self._go("GET", urljoin(WALLET, url), None)

    def post(self, path: str, page: Page | None = None, **fields: str | list[str]) -> Page:
        """Post a form of a page (default: of the settings page, for its token)."""
        page = page or self.get("/instellingen")
        return self._go("POST", urljoin(WALLET, path), {"csrf_token": page.csrf, **page.shown, **fields})

    def make_wallet(self, pin: str = PIN) -> Page:
        page = self.post("/nieuw", self.get("/nieuw"), pincode=pin, nogmaals=pin)
        found = re.search(r'id="nummer">([\d ]+)<', page.text)
        assert found is not None, page.text
        self.number = found[1]
        return page

    def collect(self) -> Page:
        """Press the button and follow the pages until they stay."""
        page = self.post("/ophalen", self.get("/ophalen/opnieuw"))
        return self.follow(page)

    def follow(self, page: Page) -> Page:
        for _ in range(40):
            if page.refresh is None:
                return page
            page = self.get(page.refresh)
        raise AssertionError("the pages never came to rest")

    def api(
        self, path: str, body: JsonObject | None = None, method: str | None = None, token: str | None = None
    ) -> Any:
        headers = {"authorization": f"Bearer {token or self.token}"}
        fresh = self._client(self.world.service.app, WALLET)
        verb = method or ("GET" if body is None else "POST")
        return fresh.request(verb, f"/api/v1/{path}", json=body, headers=headers)

    def _client(self, app: Any, base: str) -> TestClient:
        return TestClient(app, base_url=base, follow_redirects=False, raise_server_exceptions=True)

    def _go(self, method: str, url: str, data: Any) -> Page:
        self.redirects = 0
        for _ in range(20):
            parts = urlsplit(url)
            if url.startswith(DIGID):
                url, method, data = self._log_in(url), "GET", None
                continue
            client = self._clients[parts.netloc]
            answer = client.request(method, url, data=data)
            if answer.status_code in (302, 303):
                url, method, data = urljoin(url, answer.headers["location"]), "GET", None
                self.redirects += 1
                if not url.startswith(DIGID) and urlsplit(url).netloc not in self._clients:
                    return Page(url, 0, "")
                continue
            return Page(url, answer.status_code, answer.text)
        raise AssertionError("more than twenty redirects in a row")

    def _log_in(self, url: str) -> str:
        self.logins += 1
        (state,) = parse_qs(urlsplit(url).query)["state"]
        # The fake provider does not say where to go back to: whoever sent us here is the one.
        for key, provider in self.world.logins.items():
            if state in provider.attempts:
                return f"{self.world.url(key)}/inloggen/terug?{urlencode({'state': state, 'code': self.bsn.reveal()})}"
        raise AssertionError("nobody asked for this login")
