import pytest

from credentials.encoding import JsonObject
from credentials.formats import Expectation, FormatRegistry, UnknownFormat
from credentials.formats.sd_jwt import SdJwtVc
from tests.unit.formats.format_samples import NOW, draft, issuer_key, ldp


@pytest.fixture
def registry() -> FormatRegistry:
    return FormatRegistry([SdJwtVc(), ldp()])


def test_a_format_is_found_by_its_name(registry: FormatRegistry) -> None:
    assert registry["dc+sd-jwt"].name == "dc+sd-jwt"
    assert registry.names() == ("dc+sd-jwt", "ldp_vc")
    assert "ldp_vc" in registry
    assert [each.name for each in registry] == ["dc+sd-jwt", "ldp_vc"]


def test_an_unknown_name_is_refused(registry: FormatRegistry) -> None:
    with pytest.raises(UnknownFormat):
        registry["mso_mdoc"]
    assert "mso_mdoc" not in registry


@pytest.mark.parametrize("kind", ["VerifiableCredential", ["VerifiablePresentation"], ["A", "VerifiableCredential"]])
def test_a_json_document_is_recognised_by_its_type(registry: FormatRegistry, kind: object) -> None:
    assert registry.detect({"@context": [], "type": kind}) == "ldp_vc"


def test_an_sd_jwt_is_recognised_by_its_tildes(registry: FormatRegistry) -> None:
    assert registry.by_shape(SdJwtVc().issue(draft(), issuer_key())).name == "dc+sd-jwt"


@pytest.mark.parametrize("thing", ["eyJ.eyJ.abc", "", {}, {"@context": [], "type": "Note"}, [], 5, None])
def test_anything_else_is_refused(registry: FormatRegistry, thing: object) -> None:
    with pytest.raises(UnknownFormat):
        registry.detect(thing)


def test_a_recognised_format_that_is_not_listed_is_refused() -> None:
    document: JsonObject = {"@context": [], "type": "VerifiableCredential"}
    with pytest.raises(UnknownFormat):
        FormatRegistry([SdJwtVc()]).detect(document)


@pytest.mark.parametrize(("nonce", "audience"), [(None, "a"), ("n", None), ("", "a"), ("n", "")])
def test_a_verifier_cannot_forget_its_nonce(nonce: str | None, audience: str | None) -> None:
    with pytest.raises(ValueError, match="holder binding"):
        Expectation(NOW, nonce, audience)
    assert Expectation(NOW, nonce, audience, on_file=True).holder_binding
