"""Trusted lists of ETSI: read from the operator's copy, and whether a chain comes from there."""

from base64 import b64encode
from pathlib import Path

import pytest

from credentials.errors import ConfigurationError
from credentials.keys import SoftwareSigner
from credentials.trust import MalformedTrustedList, TrustedList, TrustedLists
from credentials.trust.etsi import MAX_BYTES
from service.settings import TrustedListSection, trusted_lists
from tests.unit.trust.certificates import a_leaf, an_authority

GRANTED = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted"
WITHDRAWN = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/withdrawn"
HERE, THERE = "https://tl.example/here.xml", "https://tl.example/there.xml"
AUTHORITY, STRANGER = an_authority(), an_authority("Vreemd")
LEAF = a_leaf(AUTHORITY, SoftwareSigner.generate())
FOREIGN = a_leaf(STRANGER, SoftwareSigner.generate())


def a_list(*certificates: bytes, status: str = GRANTED) -> bytes:
    """Write a list as member states do: line breaks in the base64, a name space, a service for each certificate."""
    services = "".join(
        f"<TSPService><ServiceInformation><ServiceDigitalIdentity><DigitalId><X509Certificate>\n{_wrapped(each)}\n"
        f"</X509Certificate></DigitalId></ServiceDigitalIdentity><ServiceStatus>{status}</ServiceStatus>"
        "</ServiceInformation></TSPService>"
        for each in certificates
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#">'
        f"<TrustServiceProviderList><TrustServiceProvider><TSPServices>{services}</TSPServices></TrustServiceProvider>"
        "</TrustServiceProviderList></TrustServiceStatusList>"
    ).encode()


def _wrapped(der: bytes) -> str:
    text = b64encode(der).decode()
    return "\n".join(text[start : start + 64] for start in range(0, len(text), 64))


def test_a_chain_is_on_a_list_that_names_its_anchor_or_its_leaf() -> None:
    assert TrustedList.parse(a_list(AUTHORITY.der)).has([LEAF]), "the anchor is not in the chain"
    assert TrustedList.parse(a_list(AUTHORITY.der)).has([LEAF, AUTHORITY.der])
    assert TrustedList.parse(a_list(STRANGER.der, LEAF)).has([LEAF])


def test_another_chain_is_not() -> None:
    listed = TrustedList.parse(a_list(AUTHORITY.der))
    for chain in ([FOREIGN], [STRANGER.der], [], [b"no certificate"], [LEAF, FOREIGN]):
        assert not listed.has(chain)


def test_a_service_that_was_withdrawn_is_left_out() -> None:
    with pytest.raises(MalformedTrustedList):
        TrustedList.parse(a_list(AUTHORITY.der, status=WITHDRAWN))


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{}",
        b"<x/>",
        b"\xff\xfe",
        a_list(),
        a_list(b"no certificate"),
        a_list(AUTHORITY.der).replace(b"02231/v2", b"02231/v3"),
        b'<?xml version="1.0" encoding="none"?><x/>',
    ],
)
def test_what_is_no_list_is_refused(document: bytes) -> None:
    with pytest.raises(MalformedTrustedList):
        TrustedList.parse(document)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-16-le", "iso-8859-1"])
@pytest.mark.parametrize(
    "doctype",
    ['<!DOCTYPE x [<!ENTITY a "b">]>', '<!DOCTYPE x SYSTEM "file:///etc/passwd">', "<!DOCTYPE x>"],
)
def test_a_document_type_is_refused_in_whatever_encoding(encoding: str, doctype: str) -> None:
    body = a_list(AUTHORITY.der).decode().partition("?>")[2]
    head = f'<?xml version="1.0" encoding="{encoding.removesuffix("-be").removesuffix("-le")}"?>'
    assert TrustedList.parse((head + body).encode(encoding)).has([LEAF])
    with pytest.raises(MalformedTrustedList, match="document type"):
        TrustedList.parse((head + doctype + body).encode(encoding))


def test_a_list_that_is_too_large_is_not_read() -> None:
    with pytest.raises(MalformedTrustedList, match="larger"):
        TrustedList.parse(a_list(AUTHORITY.der) + b" " * MAX_BYTES)


def test_only_lists_that_are_known_here_and_asked_count() -> None:
    lists = TrustedLists({HERE: TrustedList.parse(a_list(AUTHORITY.der))})
    assert lists.of([LEAF], [HERE, THERE]) == {HERE}
    assert lists.of([FOREIGN], [HERE, THERE]) == frozenset()
    assert lists.of([LEAF], [THERE]) == frozenset()
    assert lists.of([], [HERE]) == frozenset()
    assert TrustedLists().of([LEAF], [HERE]) == frozenset()


def test_a_list_stands_beside_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "tl.xml"
    section = TrustedListSection(address=HERE, file=file)
    with pytest.raises(ConfigurationError):
        trusted_lists([section])
    file.write_bytes(b"<x/>")
    with pytest.raises(ConfigurationError):
        trusted_lists([section])
    file.write_bytes(a_list(AUTHORITY.der))
    assert trusted_lists([section]).of([LEAF], [HERE]) == {HERE}
