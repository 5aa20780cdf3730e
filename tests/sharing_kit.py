"""One citizen's cards in memory, whoever asks for them, and a reader that takes presentations apart by itself."""

import json
import re
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar, cast

from credentials.clock import FixedClock
from credentials.debts.claims import ALWAYS_DISCLOSED, SLOTS, WHOLE
from credentials.dids import did_key
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.formats import BitstringStatus, Channel, Credential, Expectation, IssuerKey, TokenStatus
from credentials.jose import EncryptionKey
from credentials.jose.cbor import Tagged, cbor_parse
from credentials.keys import Algorithm
from credentials.openid.client_id import ClientId, Prefix
from credentials.openid.dcql import parse_query
from credentials.openid.vp_request import PresentationRequest, ResponseMode
from credentials.openid.vp_response import Acknowledged
from service.commands.formats import all_formats
from service.errors import NotFound
from tests.unit.formats.format_samples import NOW, draft, issuer_key, signer
from wallet_api.domain.card import Agency, Card, Copy, Standing
from wallet_api.domain.presentation import Consent, PendingRequest, Receipt, Requester
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Requesters
from wallet_api.usecases.read_request import ReadRequests
from wallet_api.usecases.share import ShareCards, Shelves
from wallet_api.usecases.show import ShowOverview
from wallet_api.usecases.weigh import WeighRequests

_Item = TypeVar("_Item")

FORMATS = all_formats()
OWNER = OpenedWallet("w", bytes(32))
SECURINGS = ("dc+sd-jwt", "vc+sd-jwt", "mso_mdoc", "ecdsa-sd-2023", "eddsa-rdfc-2022", "vc+jwt", "jwt_vc_json")
DOCUMENT_ID = "urn:uuid:6f0c9e2e-7f3c-4a8d-9b3a-1d2e3f4a5b6c"
AT = "https://vrager.example/vp"


@dataclass
class MemoryShelf(Generic[_Item]):
    """A shelf for one wallet."""

    items: dict[str, _Item] = field(default_factory=dict)

    def place(self, _wallet: OpenedWallet, secret: str) -> str:
        return secret

    def put(self, _wallet: OpenedWallet, id: str, item: _Item, *, expires_at: datetime | None = None) -> None:
        del expires_at
        self.items[id] = item

    def get(self, _wallet: OpenedWallet, id: str) -> _Item:
        if id not in self.items:
            raise NotFound
        return self.items[id]

    def all(self, _wallet: OpenedWallet) -> list[_Item]:
        return list(self.items.values())

    def take(self, wallet: OpenedWallet, id: str) -> _Item:
        item = self.get(wallet, id)
        del self.items[id]
        return item

    def update(self, wallet: OpenedWallet, id: str, change: Callable[[_Item], _Item]) -> _Item:
        self.items[id] = change(self.get(wallet, id))
        return self.items[id]

    def update_all(self, wallet: OpenedWallet, changes: Mapping[str, Callable[[_Item], _Item]]) -> None:
        for id, change in changes.items():
            if id in self.items:
                self.update(wallet, id, change)

    def exchange(
        self, _wallet: OpenedWallet, put: Mapping[str, _Item], remove: Collection[str] = (), *,
        expires_at: datetime | None = None,
    ) -> None:  # fmt: skip
        self.items |= put
        for id in remove:
            self.items.pop(id, None)

    def remove(self, _wallet: OpenedWallet, id: str) -> None:
        self.items.pop(id, None)


@dataclass
class Overview:
    """The cards, each of which is still good."""

    shelf: MemoryShelf[Card]

    def cards(self, wallet: OpenedWallet) -> list[Card]:
        return self.shelf.all(wallet)


@dataclass
class Sharing:
    """A wallet that holds these cards and shares them with whoever asks."""

    cards: MemoryShelf[Card] = field(default_factory=MemoryShelf)
    requests: MemoryShelf[PendingRequest] = field(default_factory=MemoryShelf)
    receipts: MemoryShelf[Receipt] = field(default_factory=MemoryShelf)
    sent: list[Mapping[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock = FixedClock(NOW)
        show = cast("ShowOverview", Overview(self.cards))
        weigh = WeighRequests(FORMATS, show, clock, insecure_localhost=False)
        shelves = Shelves(self.requests, self.cards, self.receipts, MemoryShelf())
        self.usecase = ShareCards(
            cast("Requesters", self), FORMATS, weigh, shelves, clock, requests=cast("ReadRequests", None)
        )

    def deliver(self, _response_uri: str, fields: Mapping[str, str]) -> Acknowledged:
        self.sent.append(fields)
        return Acknowledged()

    def hold(self, *copies: Credential, format: str, session: str = "s") -> Card:
        """Keep copies of one card."""
        view = FORMATS[format].inspect(copies[0])
        card = Card(
            id=secrets.token_hex(8),
            agency=Agency("https://cjib.example", "CJIB"),
            format=format,
            type=view.type,
            claims=view.claims,
            session=session,
            collected_at=NOW,
            issued_at=view.issued_at,
            valid_until=view.valid_until,
            standing=Standing.VALID,
            checked_at=NOW,
            copies=tuple(Copy(each, signer("holder").to_private_jwk()) for each in copies),
        )
        self.cards.items[card.id] = card
        return card

    def ask(self, query: JsonObject, requester: Requester | None = None, *, encrypted: bool = False) -> Consent:
        """Be asked, and look at what the citizen decides about."""
        request = PresentationRequest(
            client_id=ClientId(Prefix.REDIRECT_URI, AT),
            response_uri=AT,
            response_mode=ResponseMode.DIRECT_POST_JWT if encrypted else ResponseMode.DIRECT_POST,
            encryption_keys=(EncryptionKey.generate("k").public(),) if encrypted else (),
            nonce="n" * 22,
            dcql=parse_query(query),
            state="s" * 22,
        )
        asks = requester or Requester("vrager.example", "vrager.example", known=False)
        pending = PendingRequest("r", request.to_parameters(), asks, None, NOW + timedelta(minutes=5))
        self.requests.items["r"] = pending
        return self.usecase.consent(OWNER, "r")

    def share(self, consent: Consent) -> tuple[Receipt, Mapping[str, list[Credential]]]:
        """Agree to all of it, and return the receipt and what the requester got."""
        chosen = [(share.query, share.card.id) for share in consent.shares]
        receipt = self.usecase.share(OWNER, "r", consent.shown, chosen, stranger_agreed=True)
        return receipt, json.loads(self.sent[-1]["vp_token"])


def format_of(securing: str) -> str:
    return "ldp_vc" if securing in ("ecdsa-sd-2023", "eddsa-rdfc-2022") else securing


def secured(securing: str, claims: JsonObject, **changes: Any) -> Any:
    format = format_of(securing)
    if format == "ldp_vc":
        key = signer(securing, Algorithm.ES256 if securing == "ecdsa-sd-2023" else Algorithm.EDDSA)
        by = IssuerKey(key, verification_method=did_key(key.public_jwk)[1], cryptosuite=securing)
        made = draft(claims=claims, issuer=did_key(key.public_jwk)[0], **changes)
    else:
        by, made = issuer_key(), draft(claims=claims, **changes)
    return FORMATS[format].issue(made, by)


def own(type: str, securing: str) -> dict[str, Any]:
    status: Any = (TokenStatus("https://cjib.example/status/1", 4711),)
    if securing not in ("dc+sd-jwt", "mso_mdoc"):
        status = (BitstringStatus("https://cjib.example/status/r", 5, "revocation"),)
    return {
        "type": type, "always_disclosed": ALWAYS_DISCLOSED[type], "whole": WHOLE[type], "slots": SLOTS[type],
        "status": status, "id": DOCUMENT_ID,
    }  # fmt: skip


def expected() -> Expectation:
    """Return what the requester demands."""
    return Expectation(NOW, "n" * 22, f"redirect_uri:{AT}", Channel(AT))


def text_of(presented: Credential) -> str:
    """Return everything that can be read in a presentation, decoded by itself as far as it goes."""
    return " ".join(_texts(presented))


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give what a tree says, place by place; what was emptied says nothing."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, str(index)))
    else:
        yield path, value


def _embedded(text: str) -> Iterator[str]:
    try:
        found = cbor_parse(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, BlauweKnopError):
        return
    yield from _of_cbor(found)


def _of_cbor(value: object) -> Iterator[str]:
    match value:
        case Tagged(tag=24, value=bytes(inside)):
            yield from _of_cbor(cbor_parse(inside))
        case Tagged():
            yield from _of_cbor(value.value)
        case dict():
            for name, item in value.items():
                yield from _of_cbor(name)
                yield from _of_cbor(item)
        case list():
            for item in value:
                yield from _of_cbor(item)
        case bytes():
            pass
        case str():
            yield value
        case _:
            yield json.dumps(value)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value
        if "." not in value and "~" not in value:
            yield from _embedded(value)
        for part in re.split(r"[.~,]", value):
            try:
                inside = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            except ValueError:
                continue
            if isinstance(inside, dict | list):
                yield from _texts(inside)
    else:
        yield json.dumps(value)
