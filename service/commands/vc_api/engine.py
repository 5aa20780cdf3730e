"""What issuing and verifying share: the contexts that are known, the keys, the clock, and one policy."""

from dataclasses import dataclass
from typing import Self, final

from credentials.clock import Clock
from credentials.dids import Resolver
from credentials.encoding import JsonObject
from credentials.formats.base import KeyResolver
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle, Profile
from credentials.formats.vcdm import (
    ANY_VERSION,
    CredentialDocument,
    IssuerBinding,
    UnknownResource,
    check_resources,
    read_credential,
)


@final
@dataclass(frozen=True, slots=True)
class Engine:
    """The credential engine with everything that a caller of the library chooses, chosen."""

    canonicaliser: Canonicaliser
    keys: KeyResolver
    clock: Clock
    binding: IssuerBinding

    @classmethod
    def make(cls, clock: Clock, binding: IssuerBinding) -> Self:
        """Know the bundled contexts and that of the W3C's examples; resolve what needs no network; fetch nothing."""
        return cls(_canonicaliser(), Resolver(clock=clock), clock, binding)

    def read(self, document: JsonObject) -> CredentialDocument:
        """Check all that a credential's document shows by itself, whatever secures it.

        Its structure, what its contexts make of it, and the digests of resources that are known. Raises
        InvalidDocument, UnsafeDocument, UnknownContext, LimitExceeded.
        """
        read = read_credential(document, ANY_VERSION)
        self.check_meaning(document)
        self.unknown_resources(read)
        return read

    def unknown_resources(self, read: CredentialDocument) -> tuple[str, ...]:
        """Return the URLs of related resources whose digests nobody here can check. Raises InvalidDocument."""
        return check_resources(read.related, self._resource, UnknownResource.LEFT)

    def check_meaning(self, document: JsonObject) -> None:
        """Demand that every name in a document means something, also where it is secured as plain JSON.

        Raises as `Canonicaliser.canonical`.
        """
        self.canonicaliser.canonical({name: value for name, value in document.items() if name != "proof"})

    def close(self) -> None:
        """Release what the canonicaliser holds."""
        self.canonicaliser.close()

    def _resource(self, url: str) -> bytes | None:
        bundle = self.canonicaliser.bundle
        return bundle.document(url) if url in bundle else None


def _canonicaliser() -> Canonicaliser:
    # Any JSON-LD that can be signed over as a whole: callers bring contexts of their own, written into documents.
    return Canonicaliser(ContextBundle.with_examples(narrow=False), profile=Profile.ANY)
