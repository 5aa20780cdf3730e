"""The formats that the command line reads: all of them."""

from functools import cache, partial

from credentials.debts.claim_table import CASE_TYPE, OVERVIEW_TYPE
from credentials.debts.claims import from_jsonld, to_jsonld
from credentials.debts.elements import ELEMENTS
from credentials.debts.jsonld import TYPE_TERMS
from credentials.debts.types import CONTEXT_URL, context_document
from credentials.formats import FormatRegistry, Vocabulary
from credentials.formats.jwt_vc import JwtVcJson, VcJwt, VcSdJwt
from credentials.formats.ldp_vc import ContextBundle, LdpVc
from credentials.formats.mdoc import MsoMdoc
from credentials.formats.sd_jwt import SdJwtVc


@cache
def context_bundle() -> ContextBundle:
    """Return the contexts that are known: the W3C's, and this project's own."""
    return ContextBundle({CONTEXT_URL: context_document()})


@cache
def all_formats() -> FormatRegistry:
    """Return every format of this distribution, with this project's own vocabulary."""
    vocabularies = [
        Vocabulary(type_, TYPE_TERMS[type_], CONTEXT_URL, partial(to_jsonld, type_), partial(from_jsonld, type_))
        for type_ in (OVERVIEW_TYPE, CASE_TYPE)
    ]
    return FormatRegistry(
        [
            SdJwtVc(),
            LdpVc(context_bundle(), vocabularies),
            VcJwt(vocabularies),
            VcSdJwt(vocabularies),
            JwtVcJson(vocabularies),
            MsoMdoc(ELEMENTS),
        ]
    )
