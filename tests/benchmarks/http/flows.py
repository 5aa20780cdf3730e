"""What is measured, as a wallet does it: collecting by a pre-authorized code, and answering a request."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, urlencode, urlsplit

from credentials.encoding import b64url_decode
from credentials.formats.sd_jwt import SdJwtVc
from credentials.jose import encrypt
from credentials.keys import SoftwareSigner
from credentials.openid.proof import build_jwt_proof

PRE_AUTHORIZED: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
_FORM: Final = (("content-type", "application/x-www-form-urlencoded"),)
_JSON: Final = ("content-type", "application/json")


class Asking(Protocol):
    """How a wallet speaks with one service: `Connection`, or its like within one process."""

    async def request(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: tuple[tuple[str, str], ...] = (),
        *,
        wanted: int = 200,
    ) -> bytes:
        """Return the body of an answer with the wanted status."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """A credential and the key that it is bound to."""

    credential: str
    key: SoftwareSigner

    @property
    def type(self) -> str:
        """The `vct` of the credential."""
        payload: dict[str, Any] = json.loads(b64url_decode(self.credential.split(".")[1]))
        return str(payload["vct"])


def path_of(url: str) -> str:
    """Return the request target of an address."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


async def collect(at: Asking, metadata: dict[str, Any], token_path: str, offer_link: str) -> Held:
    """Take one credential: offer by reference, token, nonce, credential (OpenID4VCI 1.0 sections 4, 6, 7 and 8)."""
    [reference] = parse_qs(urlsplit(offer_link).query)["credential_offer_uri"]
    offer = json.loads(await at.request("GET", path_of(reference)))
    code = offer["grants"][PRE_AUTHORIZED]["pre-authorized_code"]
    form = urlencode({"grant_type": PRE_AUTHORIZED, "pre-authorized_code": code}).encode()
    token = json.loads(await at.request("POST", token_path, form, _FORM))
    nonce = json.loads(await at.request("POST", path_of(metadata["nonce_endpoint"])))["c_nonce"]
    key = SoftwareSigner.generate()
    proof = build_jwt_proof(key, audience=metadata["credential_issuer"], nonce=nonce, now=datetime.now(UTC))
    [wanted] = offer["credential_configuration_ids"]
    asked = json.dumps({"credential_configuration_id": wanted, "proofs": {"jwt": [proof]}}).encode()
    headers = (_JSON, ("authorization", f"Bearer {token['access_token']}"))
    answer = json.loads(await at.request("POST", path_of(metadata["credential_endpoint"]), asked, headers))
    return Held(answer["credentials"][0]["credential"], key)


async def answer(at: Asking, format: SdJwtVc, request_link: str, held: Held) -> None:
    """Answer one request with one credential (OpenID4VP 1.0 sections 5.10 and 8.2), encrypted where it asks so."""
    [reference] = parse_qs(urlsplit(request_link).query)["request_uri"]
    jar = await at.request("GET", path_of(reference))
    asked: dict[str, Any] = json.loads(b64url_decode(jar.decode("ascii").split(".")[1]))
    shown = format.present(
        held.credential, None, held.key, audience=asked["client_id"], nonce=asked["nonce"], now=datetime.now(UTC)
    )
    [query] = asked["dcql_query"]["credentials"]
    vp_token = {query["id"]: [shown]}
    if asked["response_mode"] == "direct_post.jwt":
        [jwk] = asked["client_metadata"]["jwks"]["keys"]
        form = {"response": encrypt({"vp_token": vp_token, "state": asked["state"]}, jwk)}
    else:
        form = {"vp_token": json.dumps(vp_token), "state": asked["state"]}
    await at.request("POST", path_of(asked["response_uri"]), urlencode(form).encode(), _FORM)
