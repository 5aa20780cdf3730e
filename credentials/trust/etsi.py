"""Trusted lists of ETSI (TS 119 612): which certificates stand on one, and whether a chain comes from there.

A query may ask for credentials of issuers on such a list (OpenID4VP 1.0 section 6.1.1.2). The lists are those that the
operator has put beside the settings, after checking their signature: a list is looked up by the address that it is
known by, and never fetched because somebody asks for it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self, final
from xml.etree import ElementTree as ET  # the operator's own file, without a document type (`_Tree`)

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from credentials.encoding import b64_decode
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.trust.x509.certificate import read

MAX_BYTES: Final = 30_000_000
_TSL: Final = "{http://uri.etsi.org/02231/v2#}"
_WITHDRAWN: Final = (
    "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/withdrawn",
    "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/deprecatedatnationallevel",
)


class MalformedTrustedList(MalformedInput):
    """A file that is no trusted list of ETSI, or has no certificate of a service that is in force."""

    code = "malformed_trusted_list"


@final
@dataclass(frozen=True, slots=True)
class TrustedList:
    """The certificates of the services on one list."""

    certificates: frozenset[x509.Certificate] = field(repr=False)

    @classmethod
    def parse(cls, document: bytes) -> Self:
        """Read a list; services that were withdrawn are left out. Raises MalformedTrustedList."""
        if len(document) > MAX_BYTES:
            raise MalformedTrustedList(f"the list is larger than {MAX_BYTES} bytes")
        try:
            root = ET.fromstring(document, ET.XMLParser(target=_Tree()))  # noqa: S314  # see `_Tree`
        except (ET.ParseError, LookupError, ValueError) as error:
            raise MalformedTrustedList("the list is not XML") from error
        if root.tag != f"{_TSL}TrustServiceStatusList":
            raise MalformedTrustedList("the file is no trusted list")
        found: set[x509.Certificate] = set()
        for service in root.iter(f"{_TSL}ServiceInformation"):
            if service.findtext(f"{_TSL}ServiceStatus", "").strip() not in _WITHDRAWN:
                found |= {_certificate(each.text) for each in service.iter(f"{_TSL}X509Certificate")}
        if not found:
            raise MalformedTrustedList("the list holds no certificate of a service in force")
        return cls(frozenset(found))

    def has(self, chain: Sequence[bytes]) -> bool:
        """Say whether a chain (DER, leaf first) holds a listed certificate, or ends in one that a listed one issued.

        The anchor is not in the chain (HAIP 1.0), and it is the anchor that lists name.
        """
        try:
            certificates = [read(der) for der in chain]
        except BlauweKnopError:
            return False
        if not self.certificates.isdisjoint(certificates):
            return True
        return bool(certificates) and any(_issued(listed, certificates[-1]) for listed in self.certificates)


class _Tree(ET.TreeBuilder):
    """Stops at a document type, in whatever encoding it is: entities could make a small file endless."""

    def doctype(self, name: str, pubid: str, system: str) -> None:
        """Refuse it, before any entity is declared."""
        del name, pubid, system
        raise MalformedTrustedList("a trusted list has no document type")


@final
class TrustedLists:
    """The lists that are known here, by the address that each is known by."""

    def __init__(self, lists: Mapping[str, TrustedList] | None = None) -> None:
        self._lists = dict(lists or {})

    def of(self, chain: Sequence[bytes], asked: Collection[str]) -> frozenset[str]:
        """Return the addresses, of those asked, of the lists that a chain comes from."""
        wanted = self._lists.keys() & set(asked) if chain else ()
        return frozenset(address for address in wanted if self._lists[address].has(chain))


def _certificate(text: str | None) -> x509.Certificate:
    try:
        return read(b64_decode("".join((text or "").split()), "the list"))
    except MalformedInput as error:
        raise MalformedTrustedList("the list holds a certificate that cannot be read") from error


def _issued(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
