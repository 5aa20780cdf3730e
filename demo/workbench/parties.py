"""The demonstration's parties, called by their business APIs as by a case system, and a wallet's way to test cards."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self, cast, final
from urllib.parse import parse_qs, urlsplit

import httpx2

from credentials.clock import Clock
from credentials.encoding import JsonObject
from credentials.formats import Credential
from credentials.keys import SoftwareSigner
from credentials.openid.proof import build_jwt_proof
from service.commands.formats import all_formats

PRE_AUTHORISED: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
_SECONDS: Final = 30.0


class NotTaken(Exception):
    """A party did not take what was asked: its status, and what it says of it."""

    def __init__(self, status: int, answer: JsonObject) -> None:
        super().__init__(f"the party answered {status}")
        self.status = status
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person."""

    key: str
    name: str
    known_as: Mapping[str, Mapping[str, str]]
    """By agency: the number by which it knows them, by its name in the business API."""


@final
@dataclass(frozen=True, slots=True)
class Party:
    """One party's address, the file with its API's token, and what an agency can issue: identifier and format."""

    key: str
    name: str
    url: str
    token_file: Path
    configurations: Mapping[str, str]

    @classmethod
    def parse(cls, entry: Mapping[str, Any]) -> Self:
        """Read an entry of the workbench's own file."""
        return cls(**{**entry, "token_file": Path(entry["token_file"])})


@final
class Parties:
    """Calls the parties' APIs. Every method raises NotTaken for an answer that is a refusal."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http

    def offer(self, agency: Party, body: JsonObject) -> JsonObject:
        """Have an agency make an offer; return `aanbodUri` and, where asked, `txCode`."""
        return self._called(agency, "POST", "aanbiedingen", body)

    def ask(self, verifier: Party, body: JsonObject) -> JsonObject:
        """Have the verifier make a request; return it with `verzoekUri`."""
        return self._called(verifier, "POST", "verificatieverzoeken", body)

    def answer(self, verifier: Party, id: str) -> JsonObject:
        """Return how a request stands and, once it is answered, what is proven."""
        return self._called(verifier, "GET", f"verificatieverzoeken/{id}", None)

    def test_cards(self, agency: Party, person: Person, clock: Clock) -> list[JsonObject]:
        """Collect one copy of everything that the agency has of somebody, in every format, each with its holder's key.

        The way is a wallet's (OpenID4VCI 1.0, sections 4.1.1, 6.1, 7 and 8), with a fresh P-256 key for each copy.
        """
        made = self.offer(agency, {**person.known_as[agency.key], "configuraties": list(agency.configurations)})
        (address,) = parse_qs(urlsplit(str(made["aanbodUri"])).query)["credential_offer_uri"]
        offer = _taken(self._http.get(address))
        grants = cast("Mapping[str, JsonObject]", offer["grants"])
        wanted = [{"type": "openid_credential", "credential_configuration_id": name} for name in agency.configurations]
        form = {
            "grant_type": PRE_AUTHORISED,
            "pre-authorized_code": str(grants[PRE_AUTHORISED]["pre-authorized_code"]),
            # So that each case has an identifier of its own, by which its card is asked (section 6.1.1).
            "authorization_details": json.dumps(wanted),
        }
        granted = _taken(self._http.post(f"{agency.url}/oauth/token", data=form))
        details = cast("Sequence[JsonObject]", granted["authorization_details"])
        return [
            self._card(
                agency, str(granted["access_token"]), str(detail["credential_configuration_id"]), identifier, clock
            )
            for detail in details
            for identifier in cast("Sequence[str]", detail["credential_identifiers"])
        ]

    def _card(self, agency: Party, token: str, configuration: str, identifier: str, clock: Clock) -> JsonObject:
        key = SoftwareSigner.generate()
        nonce = str(_taken(self._http.post(f"{agency.url}/nonce"))["c_nonce"])
        proof = build_jwt_proof(key, audience=agency.url, nonce=nonce, now=clock.now())
        body = {"credential_identifier": identifier, "proofs": {"jwt": [proof]}}
        sent = {"authorization": f"Bearer {token}"}
        answer = _taken(self._http.post(f"{agency.url}/credential", json=body, headers=sent))
        (copy,) = cast("Sequence[JsonObject]", answer["credentials"])
        return {
            "configuratie": configuration,
            "formaat": agency.configurations[configuration],
            "credential": copy["credential"],
            "houdersleutel": key.to_private_jwk(),
        }

    def status_lists(self, cards: Sequence[JsonObject]) -> JsonObject:
        """Return the status lists that cards name, by address, as they are now."""
        formats = all_formats()
        inspected = [formats[str(card["formaat"])].inspect(cast("Credential", card["credential"])) for card in cards]
        addresses = {entry.uri for each in inspected for entry in each.status}
        return {address: self._http.get(address).raise_for_status().text for address in sorted(addresses)}

    def _called(self, party: Party, method: str, path: str, body: JsonObject | None) -> JsonObject:
        token = party.token_file.read_text().strip()
        sent = {"authorization": f"Bearer {token}"}
        return _taken(
            self._http.request(method, f"{party.url}/api/v1/{path}", json=body, headers=sent, timeout=_SECONDS)
        )


def _taken(answer: httpx2.Response) -> JsonObject:
    try:
        found: JsonObject = answer.json()
    except ValueError:
        found = {}
    if not answer.is_success:
        raise NotTaken(answer.status_code, found)
    return found
