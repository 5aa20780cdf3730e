"""Somebody who gives people a PID, wallets that hold one, and the agency that asks for it; no sockets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.debts.bsn import Bsn
from credentials.encoding import JsonObject
from credentials.formats import (
    Channel,
    Credential,
    CredentialDraft,
    FormatRegistry,
    HolderKey,
    IssuerKey,
    TokenStatus,
)
from credentials.formats.mdoc import MsoMdoc
from credentials.formats.sd_jwt import SdJwtVc
from credentials.keys import SoftwareSigner
from credentials.openid.request_link import RequestReference, RequestUriPost, parse_request_link
from credentials.openid.request_object import UnverifiedRequest, verify_request
from credentials.openid.vp_request import PresentationRequest
from credentials.openid.vp_response import build_response
from credentials.status import Status, TokenStatusList, sign_status_list
from credentials.trust import CertificateAuthority, Participant, Role, make_ca
from credentials.trust.x509 import to_pem
from issuer.settings import PidProviderSection, PidSection
from service.errors import Unreachable
from tests.debt_builders import SAMIRA

VCT = "urn:eudi:pid:nl:1"
PROVIDER = "https://pid.example"
STATUS_URI = f"{PROVIDER}/status/1"
FORMATS = FormatRegistry([SdJwtVc(), MsoMdoc()])
ENTRIES = 131_072
INDEX = 4711
# What a PID states beside the number: none of it may be asked, kept or seen.
NAME = "Samira-de-Vries-uit-het-PID"


class StatusNet:
    """The outbound client of an agency: whatever is fetched stands here, or is unreachable."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}
        self.asked: list[str] = []

    def fetch_wherever(self, url: str, _accept: str) -> bytes:
        self.asked.append(url)
        if url not in self.documents:
            raise Unreachable
        return self.documents[url]

    fetch = fetch_wherever

    def close(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class PidProvider:
    """An issuer of PIDs with a certificate authority of its own."""

    clock: FixedClock
    net: StatusNet
    identifier: str = PROVIDER
    signer: SoftwareSigner = field(default_factory=SoftwareSigner.generate)
    authority: CertificateAuthority = field(init=False)
    leaf: bytes = field(init=False)

    def __post_init__(self) -> None:
        begin, end = self.clock.now() - timedelta(days=400), self.clock.now() + timedelta(days=400)
        self.authority = make_ca(f"{self.identifier} CA", not_before=begin, not_after=end)
        self.leaf = self.authority.issue_leaf(
            self.signer.public_jwk,
            uri=self.identifier,
            dns=urlsplit(self.identifier).hostname or "",
            common_name="Uitgever van PID's",
            organisation="Uitgever van PID's",
            oin=None,
            not_before=begin,
            not_after=end,
        )
        self.publish()

    def publish(self, status: Status = Status.VALID) -> None:
        """Publish what has become of every PID that bears a status."""
        built = TokenStatusList.of(ENTRIES, [(INDEX, status)])
        jwt = sign_status_list(built, self.signer, uri=STATUS_URI, now=self.clock.now(), x5c=(self.leaf,))
        self.net.documents[STATUS_URI] = jwt.encode()

    def pid(self, bsn: Bsn | object = SAMIRA, *, format: str = "dc+sd-jwt", **changed: Any) -> "Pid":
        """Give somebody a PID. `changed` is what its draft says otherwise; `bsn` None leaves the number out."""
        number = bsn.reveal() if isinstance(bsn, Bsn) else bsn
        claims: dict[str, Any] = {"family_name": NAME, "given_name": "Samira"}
        if number is not None:
            claims["bsn"] = number
        holder, now = SoftwareSigner.generate(), self.clock.now()
        values: dict[str, Any] = {
            "type": VCT,
            "issuer": self.identifier,
            "issuer_name": "Uitgever van PID's",
            "claims": claims,
            "always_disclosed": frozenset(),
            "holder": HolderKey(holder.public_jwk),
            "issued_at": now - timedelta(days=1),
            "expires_at": now + timedelta(days=14),
            "status": (TokenStatus(STATUS_URI, INDEX),),
            "id": "urn:uuid:6f0c9e2e-7f3c-4a8d-9b3a-1d2e3f4a5b6c",
        }
        draft = CredentialDraft(**{**values, **changed})
        return Pid(format, FORMATS[format].issue(draft, IssuerKey(self.signer, (self.leaf,))), holder)

    def section(self, folder: Path, **changed: Any) -> PidProviderSection:
        """Return the provider as an agency's settings name it."""
        file = folder / f"{urlsplit(self.identifier).hostname}.pem"
        file.write_text(to_pem(self.authority.der), "ascii")
        values = {"name": "Uitgever van PID's", "identifier": self.identifier, "authorities": file}
        return PidProviderSection(**{**values, **changed})

    def participant(self, **changed: Any) -> Participant:
        """Return the provider as a trust list names it."""
        values: dict[str, Any] = {
            "identifier": self.identifier,
            "name": "Uitgever van PID's",
            "roles": frozenset({Role.ISSUER}),
            "anchors": (self.authority.der,),
            "types": frozenset({VCT}),
            "bsn": True,
        }
        return Participant(**{**values, **changed})


@dataclass(slots=True)
class Pid:
    """A PID in somebody's wallet, with the holder's key."""

    format: str
    credential: Credential
    holder: SoftwareSigner


@dataclass(slots=True)
class PidWallet:
    """A wallet on the citizen's own device, that speaks HTTP with one agency."""

    http: TestClient
    clock: FixedClock
    url: str
    held: tuple[Pid, ...]

    def read(self, link: str, *, says: bool = True, nonce: str | None = "w" * 22) -> PresentationRequest:
        """Fetch the request behind a link; the wallet says which formats it has, unless it does not."""
        reference = parse_request_link(link, insecure_localhost=True)
        assert isinstance(reference, RequestReference)
        formats: JsonObject = {each.format: {} for each in self.held}
        metadata: JsonObject | None = {"vp_formats_supported": formats} if says else None
        fields = RequestUriPost(nonce, metadata).to_form()
        path = reference.request_uri.removeprefix(self.url)
        answer = self.http.post(path, data=fields) if fields else self.http.get(path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/oauth-authz-req+jwt"
        assert answer.headers["cache-control"] == "no-store"
        verified = verify_request(
            UnverifiedRequest.parse(answer.text),
            client_id=reference.client_id,
            now=self.clock.now(),
            wallet_nonce=nonce,
            insecure_localhost=True,
        )
        assert verified.signed
        return verified.request

    def present(self, request: PresentationRequest, **otherwise: Any) -> dict[str, list[Credential]]:
        """Make the vp_token of what is asked, of the first PID that fits; `otherwise` is what is signed instead."""
        (query,) = request.dcql.credentials
        pid = next(each for each in self.held if each.format == query.format)
        key = request.answer_key
        assert key is not None
        values: dict[str, Any] = {
            "audience": request.client_id.full,
            "nonce": request.nonce,
            "now": self.clock.now(),
            "channel": Channel(request.response_uri, key.thumbprint),
        }
        holder = otherwise.pop("holder", pid.holder)
        paths = otherwise.pop("paths", [each.path for each in query.claims])
        shown = FORMATS[pid.format].present(pid.credential, paths, holder, **{**values, **otherwise})
        return {query.id: [shown]}

    def post(self, request: PresentationRequest, fields: Mapping[str, str]) -> Any:  # a response
        return self.http.post(request.response_uri.removeprefix(self.url), data=dict(fields))

    def answer(self, link: str, **otherwise: Any) -> Any:  # a response
        """Fetch, present, and post the answer."""
        request = self.read(link)
        return self.post(request, build_response(request, self.present(request, **otherwise)))

    def back(self, link: str, **otherwise: Any) -> str:
        """Answer, and return the path that the wallet opens in the browser."""
        answer = self.answer(link, **otherwise)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return str(answer.json()["redirect_uri"]).removeprefix(self.url)


def begin(browser: TestClient, then: str = "/schulden") -> str:
    """Choose the wallet on the login page, and return the page that waits."""
    page = browser.get("/inloggen", params={"naar": then})
    assert page.status_code == 200, page.text
    assert "Inloggen met uw wallet" in page.text
    found = re.search(r'href="(/inloggen/wallet\?[^"]+)"', page.text)
    assert found is not None
    gone = browser.get(unescape(found[1]))
    assert gone.status_code == 303, gone.text
    return str(gone.headers["location"])


def link_on(page: str) -> str:
    """Return the link on the page that waits."""
    found = re.search(r'href="((?:openid4vp|haip-vp)://[^"]+)"', page)
    assert found is not None, page
    return unescape(found[1])


def link_for(browser: TestClient, then: str = "/schulden") -> str:
    """Begin a login with a wallet in a browser, and return the link that opens the wallet."""
    return link_on(browser.get(begin(browser, then)).text)


def pid_section(folder: Path, *providers: PidProvider, **changed: Any) -> PidSection:
    return PidSection(**{"providers": tuple(each.section(folder) for each in providers), **changed})
