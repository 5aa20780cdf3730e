"""The formats that a verifier reads credentials in."""

from functools import partial

from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE, from_jsonld, to_jsonld
from credentials.debts.elements import ELEMENTS
from credentials.debts.jsonld import TYPE_TERMS
from credentials.debts.types import CONTEXT_URL, CONTEXT_V2_URL, context_documents, needs_v2
from credentials.formats import FormatRegistry, LaterContext, Vocabulary
from credentials.formats.issuer_key import PublishedKeys
from credentials.formats.jwt_vc import JwtVcJson, VcJwt, VcSdJwt
from credentials.formats.ldp_vc import ContextBundle, LdpVc
from credentials.formats.mdoc import MsoMdoc
from credentials.formats.sd_jwt import SdJwtVc


def formats(published: PublishedKeys | None = None) -> FormatRegistry:
    """Return the credential formats that this verifier reads, with keys that issuers publish where those may count."""
    bundle = ContextBundle(context_documents())
    later = LaterContext(CONTEXT_V2_URL, needs_v2)
    vocabularies = [
        Vocabulary(type, TYPE_TERMS[type], CONTEXT_URL, partial(to_jsonld, type), partial(from_jsonld, type), later)
        for type in (OVERVIEW_TYPE, CASE_TYPE)
    ]
    return FormatRegistry(
        [
            SdJwtVc(published=published),
            LdpVc(bundle, vocabularies),
            VcSdJwt(vocabularies),
            VcJwt(vocabularies),
            JwtVcJson(vocabularies),
            MsoMdoc(ELEMENTS),
        ]
    )
