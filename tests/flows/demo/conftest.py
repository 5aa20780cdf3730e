"""One demonstration for all tests of this folder: it plays its story once and then keeps serving.

Every module is of the `xdist_group` "demo", so that all run on one worker and only that one starts it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography import x509

from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE
from credentials.dids import did_jwk
from credentials.keys import Algorithm, SoftwareSigner
from tests.flows.demo.outsiders import DEBT, CertifiedIssuer
from tests.flows.demo.people import CaseSystem
from tests.flows.demo.running import Demo, free_range

RUNNING = pytest.StashKey[Demo]()


@dataclass(frozen=True)
class Outsiders:
    """Issuers of other makers, on the trust list of the running demonstration."""

    by_uri: CertifiedIssuer
    by_dns: CertifiedIssuer
    narrow: CertifiedIssuer
    unlisted: CertifiedIssuer
    did_signer: SoftwareSigner
    p256_did_signer: SoftwareSigner

    @property
    def participants(self) -> list[dict[str, object]]:
        certified = [each.participant for each in (self.by_uri, self.by_dns, self.narrow)]
        by_did = [
            {"identifier": did_jwk(signer.public_jwk)[0], "naam": name, "types": [OVERVIEW_TYPE, CASE_TYPE, DEBT]}
            for signer, name in ((self.did_signer, "Alleen een DID"), (self.p256_did_signer, "Alleen een DID, P-256"))
        ]
        return [*certified, *by_did]


@pytest.fixture(scope="session")
def first_port() -> int:
    return free_range()


@pytest.fixture(scope="session")
def outsiders(first_port: int) -> Outsiders:
    # Addresses at which nobody listens: these issuers issue by hand.
    nobody = f"http://localhost:{first_port + 190}"
    all_types = (OVERVIEW_TYPE, CASE_TYPE, DEBT)
    return Outsiders(
        by_uri=CertifiedIssuer(
            f"{nobody}/uri", "Derde met een URI", all_types, [x509.UniformResourceIdentifier(f"{nobody}/uri")]
        ),
        by_dns=CertifiedIssuer(
            "https://derde.example/uitgever",
            "Derde met een DNS-naam",
            all_types,
            [x509.DNSName("derde.example")],
            says="https://derde.example",
        ),
        narrow=CertifiedIssuer(
            f"{nobody}/smal", "Derde met één soort", (DEBT,), [x509.UniformResourceIdentifier(f"{nobody}/smal")]
        ),
        unlisted=CertifiedIssuer(
            f"{nobody}/nergens", "Onbekend", all_types, [x509.UniformResourceIdentifier(f"{nobody}/nergens")]
        ),
        did_signer=SoftwareSigner.generate(Algorithm.EDDSA),
        p256_did_signer=SoftwareSigner.generate(),
    )


@pytest.fixture(scope="session")
def demo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, first_port: int, outsiders: Outsiders
) -> Iterator[Demo]:
    running = Demo(tmp_path_factory.mktemp("demo"), first_port, outsiders.participants)
    request.session.stash[RUNNING] = running
    try:
        yield running.start()
    finally:
        running.kill()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the demonstration with the last test of this folder, not with all tests: it takes a lot of room."""
    running = item.session.stash.get(RUNNING, None)
    if running is not None and (nextitem is None or nextitem.path.parent != item.path.parent):
        running.kill()


@pytest.fixture
def desk(demo: Demo) -> CaseSystem:
    return CaseSystem(demo)
