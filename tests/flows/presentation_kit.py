"""A wallet and a case system that speak HTTP with a verifier in this process."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.testclient import TestClient

from credentials.dids import Resolver
from credentials.encoding import JsonObject, json_compact
from credentials.formats import Credential
from credentials.openid.request_link import RequestUriPost, VerifiedRequest, parse_request_link
from credentials.openid.request_object import UnverifiedRequest, verify_request
from credentials.openid.vp_request import PresentationRequest
from credentials.openid.vp_response import build_response
from tests.verifier_world import TOKEN, Card, World

BASE = "http://localhost:8120"
API = "/api/v1/verificatieverzoeken"


def auth(token: str = TOKEN) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@dataclass
class Counter:
    """The verifier over HTTP, as a case system and a wallet meet it."""

    world: World
    http: TestClient

    def make(self, token: str = TOKEN, **body: Any) -> Any:  # JSON
        answer = self.http.post(API, json=body or {"sjabloon": "intake"}, headers=auth(token))
        assert answer.status_code == 201, answer.text
        return answer.json()

    def files(self) -> Sequence[object]:
        """Return the files that are kept for the case system."""
        groups = self.world.service.desks.listing.first_page("systeem:zaaksysteem")
        return [each for _group, page in groups for each in page.files]

    def look(self, id: str, token: str = TOKEN) -> Any:  # JSON
        answer = self.http.get(f"{API}/{id}", headers=auth(token))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def read(self, uri: str, *, wallet_nonce: str | None = None, formats: Collection[str] = ()) -> PresentationRequest:
        """Fetch a request: by GET, or by POST where the wallet has a nonce or says what formats it takes."""
        link = parse_request_link(uri, insecure_localhost=True)
        if isinstance(link, VerifiedRequest):
            return link.request
        path = link.request_uri.removeprefix(BASE)
        metadata: JsonObject | None = {"vp_formats_supported": {each: {} for each in formats}} if formats else None
        fields = RequestUriPost(wallet_nonce, metadata).to_form()
        answer = self.http.post(path, data=fields) if fields else self.http.get(path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/oauth-authz-req+jwt"
        verified = verify_request(
            UnverifiedRequest.parse(answer.text),
            client_id=link.client_id,
            now=self.world.clock.now(),
            wallet_nonce=wallet_nonce,
            resolver=Resolver(self._fetch, allow_insecure_localhost=True),
            insecure_localhost=True,
        )
        assert len(verified.x5c) == link.client_id.startswith("x509_")
        return verified.request

    def _fetch(self, url: str, _accept: str) -> bytes:
        """Fetch the verifier's DID document, as a wallet would."""
        answer = self.http.get(url.removeprefix(BASE))
        assert answer.status_code == 200, answer.text
        return answer.content

    def post(self, request: PresentationRequest, fields: Mapping[str, str]) -> Any:  # a response
        return self.http.post(request.response_uri.removeprefix(BASE), data=dict(fields))

    def send(self, request: PresentationRequest, token: Mapping[str, Sequence[Credential]]) -> Any:  # a response
        return self.post(request, build_response(request, token))

    def share(self, made: JsonObject, cards: Sequence[Card], **how: Any) -> Any:  # a response
        formats = {card.format for card in cards}
        # A wallet that has SD-JWTs only need not say so.
        request = self.read(str(made["verzoekUri"]), formats=formats if formats - {"dc+sd-jwt"} else ())
        return self.send(request, self.world.present(request, cards, **how))


def vp_token(fields: Mapping[str, Sequence[Credential]]) -> str:
    return json_compact({key: list(value) for key, value in fields.items()}).decode()
