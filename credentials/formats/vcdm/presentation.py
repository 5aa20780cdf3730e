"""Presentations: what holders hand over, with credentials, enveloped ones and claims of their own (VCDM 2.0 4.13)."""

from collections.abc import Collection
from dataclasses import dataclass, field

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.vcdm.document import party, read_base
from credentials.formats.vcdm.envelopes import ENVELOPED_CREDENTIAL, Envelope, is_envelope
from credentials.formats.vcdm.problems import InvalidDocument
from credentials.formats.vcdm.values import an_object, one_or_more, typed_object, types
from credentials.formats.vcdm.version import ONLY_V2, Version


@dataclass(frozen=True, slots=True)
class PresentationDocument:
    """A well-formed presentation; nothing in it is proven by that.

    `credentials` are as they stand, embedded or enveloped (`is_envelope`), and yet to be read. Those in `self_asserted`
    bear no proof: the presentation's own is all that secures them, and the holder is their issuer.
    """

    holder: str | None
    types: tuple[str, ...]
    credentials: tuple[JsonObject, ...] = field(repr=False)
    self_asserted: tuple[JsonObject, ...] = field(default=(), repr=False)
    version: Version = Version.V2_0


def read_presentation(document: object, versions: Collection[Version] = ONLY_V2) -> PresentationDocument:
    """Check a presentation's structure. Of the credentials in it only the kind is checked. Raises InvalidDocument."""
    node, version = read_base(document, "VerifiablePresentation", versions)
    holder = party(node["holder"], "holder") if "holder" in node else None
    if "termsOfUse" in node:
        one_or_more(node["termsOfUse"], "termsOfUse", typed_object)
    credentials = (
        one_or_more(node["verifiableCredential"], "verifiableCredential", _credential)
        if "verifiableCredential" in node
        else ()
    )
    self_asserted = tuple(each for each in credentials if "proof" not in each and not is_envelope(each))
    for each in self_asserted:
        # Section 4.13.4: claims that only the presentation secures are its holder's.
        if party(each.get("issuer"), "verifiableCredential/issuer") != holder:
            raise InvalidDocument("a credential without a proof is not the holder's own", path="/verifiableCredential")
    return PresentationDocument(holder, types(node["type"], "type"), credentials, self_asserted, version)


def _credential(value: JsonValue, what: str) -> JsonObject:
    # Section 4.13: objects, never the URLs or strings that stand for them.
    node = an_object(value, what)
    if is_envelope(node):
        if Envelope.read(node).kind != ENVELOPED_CREDENTIAL:
            raise InvalidDocument(f"{what} is not an enveloped credential", path=f"/{what}/type")
    elif "VerifiableCredential" not in types(node.get("type"), f"{what}/type"):
        raise InvalidDocument(f"{what} is not a credential", path=f"/{what}/type")
    return node
