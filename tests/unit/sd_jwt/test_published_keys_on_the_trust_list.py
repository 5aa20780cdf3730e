"""Credentials of issuers that are known by a web address: proven only where the trust list says that they may be."""

import json

import pytest

from credentials.clock import FixedClock
from credentials.dids import Resolver
from credentials.encoding import JsonObject
from credentials.formats import FormatRegistry
from credentials.formats.issuer_key import IssuerMetadata
from credentials.formats.sd_jwt import SdJwtVc
from credentials.jose import sign_compact
from credentials.keys import SoftwareSigner
from credentials.status import StatusChecker
from credentials.trust import Participant, TrustList, publishes_keys
from credentials.trust.trust_list import issue
from credentials.verification import CheckName, Report, Verifier
from tests.unit.formats.format_samples import BARE, NOW, signer

URL = "https://gemeente.example/schulden"
ADDRESS = "https://gemeente.example/.well-known/jwt-vc-issuer/schulden"
VCT = "urn:nl:blauweknop:overzicht:1"
ROOT = SoftwareSigner.generate()


class World:
    def __init__(self, *participants: Participant) -> None:
        clock = FixedClock(NOW)
        jwt = issue(participants, ROOT, issuer="https://scheme.example", sequence=1, now=NOW)
        trust_list = TrustList.verify(jwt, ROOT.public_jwk, NOW)
        self.asked: list[str] = []
        published = IssuerMetadata(self.fetch, clock, allowed=lambda issuer: publishes_keys(trust_list, issuer))
        self.verifier = Verifier(
            FormatRegistry([SdJwtVc(published=published)]),
            lambda: trust_list,
            Resolver(),
            StatusChecker(self.fetch, clock),
            clock,
        )

    def fetch(self, url: str, accept: str) -> bytes:
        del accept
        self.asked.append(url)
        assert url == ADDRESS
        keys: list[JsonObject] = [dict(signer("gemeente").public_jwk.members) | {"kid": "2026"}]
        return json.dumps({"issuer": URL, "jwks": {"keys": keys}}).encode()

    def examine(self, key: str = "gemeente", **changes: object) -> Report:
        payload = {
            "iss": URL,
            "vct": VCT,
            "iat": int(NOW.timestamp()) - 60,
            "exp": int(NOW.timestamp()) + 3600,
            "saldo": 5,
        } | changes
        token = sign_compact({"typ": "dc+sd-jwt", "kid": "2026"}, payload, signer(key))  # type: ignore[arg-type]
        return self.verifier.examine(f"{token}~", BARE)


def listed(**changes: object) -> Participant:
    members = {"identifier": URL, "name": "Gemeente", "types": frozenset({VCT}), "publishes_keys": True} | changes
    return Participant(**members)  # type: ignore[arg-type]


def test_a_published_key_of_a_listed_publisher_proves() -> None:
    world = World(listed())
    report = world.examine()
    assert report.proven
    assert report.claims == {"saldo": 5}
    assert world.asked == [ADDRESS]


@pytest.mark.parametrize(
    "participants",
    [
        (),
        (listed(publishes_keys=False),),
        (listed(identifier="https://gemeente.example"),),
        (listed(identifier=URL + "/"),),
    ],
    ids=["not listed", "not as a publisher", "another path", "another spelling"],
)
def test_nobody_elses_site_is_asked(participants: tuple[Participant, ...]) -> None:
    world = World(*participants)
    report = world.examine()
    assert not report.proven
    assert report.decisive is not None
    assert report.decisive.name is CheckName.SIGNATURE
    assert report.decisive.code == "key_not_published"
    assert world.asked == []


def test_another_key_another_type_and_a_key_that_is_not_pinned_prove_nothing() -> None:
    assert not World(listed()).examine(key="thief").proven
    report = World(listed()).examine(vct="urn:nl:blauweknop:zaak:1")
    assert report.decisive is not None
    assert report.decisive.code == "issuer_not_allowed"
    report = World(listed(keys=(signer("other").public_jwk,))).examine()
    assert report.decisive is not None
    assert report.decisive.code == "unknown_issuer"
    assert World(listed(keys=(signer("gemeente").public_jwk,))).examine().proven
