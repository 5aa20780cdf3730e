"""The formats that the command line reads: all of them."""

from functools import cache, partial

from credentials.clock import Clock
from credentials.debts.claim_table import CASE_TYPE, OVERVIEW_TYPE
from credentials.debts.claims import from_jsonld, to_jsonld
from credentials.debts.elements import ELEMENTS
from credentials.debts.jsonld import TYPE_TERMS
from credentials.debts.types import CONTEXT_URL, CONTEXT_V2_URL, context_documents, needs_v2
from credentials.dids import Fetch
from credentials.formats import FormatRegistry, LaterContext, Vocabulary
from credentials.formats.issuer_key import IssuerMetadata, PublishedKeys
from credentials.formats.jwt_vc import JwtVcJson, VcJwt, VcSdJwt
from credentials.formats.ldp_vc import ContextBundle, LdpVc
from credentials.formats.mdoc import MsoMdoc
from credentials.formats.sd_jwt import SdJwtVc
from credentials.trust import TrustList, publishes_keys


@cache
def context_bundle() -> ContextBundle:
    """Return the contexts that are known: the W3C's, and this project's own."""
    return ContextBundle(context_documents())


@cache
def all_formats() -> FormatRegistry:
    """Return every format of this distribution, with this project's own vocabulary."""
    return _formats(None)


def formats_with(fetch: Fetch, trust_list: TrustList, clock: Clock) -> FormatRegistry:
    """Return them with the keys that issuers of this trust list published, where `fetch` has them."""
    allowed = partial(publishes_keys, trust_list)
    return _formats(IssuerMetadata(fetch, clock, allowed=allowed, allow_insecure_localhost=True))


def _formats(published: PublishedKeys | None) -> FormatRegistry:
    later = LaterContext(CONTEXT_V2_URL, needs_v2)
    vocabularies = [
        Vocabulary(type_, TYPE_TERMS[type_], CONTEXT_URL, partial(to_jsonld, type_), partial(from_jsonld, type_), later)
        for type_ in (OVERVIEW_TYPE, CASE_TYPE)
    ]
    return FormatRegistry(
        [
            SdJwtVc(published=published),
            LdpVc(context_bundle(), vocabularies),
            VcJwt(vocabularies),
            VcSdJwt(vocabularies),
            JwtVcJson(vocabularies),
            MsoMdoc(ELEMENTS),
        ]
    )
