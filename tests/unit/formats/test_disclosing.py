"""What a format discloses before anybody presents it: just what a verifier then reads, in every securing."""

from typing import Any

import pytest

from credentials.debts.claims import CASE_TYPE
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.formats import Channel, ClaimsPath, UndisclosablePath
from tests.sharing_kit import FORMATS, SECURINGS, format_of, own, secured
from tests.unit.formats.format_samples import AUDIENCE, NONCE, NOW, RESOLVER, fresh, signer

CLAIMS: JsonObject = {
    "bronorganisatie": {"naam": "CJIB", "oin": "00000004000000102000"},
    "peildatum": "2026-11-23T12:00:00Z",
    "saldo": 27100,
    "betaling": {"iban": "NL91ABNA0417164300", "kenmerk": "8000000020260001"},
    "gebeurtenissen": {"g001": {"type": "betaling", "bedrag": 5000}, "g002": {"type": "verhoging", "bedrag": 800}},
}
SELECTIVE = ("dc+sd-jwt", "vc+sd-jwt", "mso_mdoc", "ecdsa-sd-2023")
CHANNEL = Channel("https://verifier.example/vp/1")


def present(securing: str, credential: Any, paths: list[ClaimsPath] | None) -> Any:
    return FORMATS[format_of(securing)].present(
        credential, paths, signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW, channel=CHANNEL
    )


@pytest.mark.parametrize("securing", SECURINGS)
@pytest.mark.parametrize(
    "path", [("saldo",), ("betaling",), ("betaling", "iban"), ("gebeurtenissen", None), ("peildatum",), None]
)
def test_what_is_disclosed_is_what_is_read_of_its_presentation(securing: str, path: ClaimsPath | None) -> None:
    format = FORMATS[format_of(securing)]
    credential = secured(securing, CLAIMS, **own(CASE_TYPE, securing))
    paths: list[ClaimsPath] | None = [] if path is None else [path]
    if securing == "mso_mdoc" and path is not None:
        paths = [(CASE_TYPE, path[0])]
    elif securing != "dc+sd-jwt" and path is not None:
        paths = [("credentialSubject", *path)]
    elif path == ("gebeurtenissen", None):
        paths = [("gebeurtenissen",)]
    disclosed = format.disclose(credential, paths)
    seen = format.inspect(disclosed)
    for presented in (present(securing, credential, paths), present(securing, disclosed, None)):
        read = format.verify(presented, fresh(channel=CHANNEL), RESOLVER)
        assert (read.claims, read.document) == (seen.claims, seen.document)
    assert (seen.claims == format.inspect(credential).claims) is (securing not in SELECTIVE)
    assert format.inspect(format.disclose(credential, None)).claims == format.inspect(credential).claims


@pytest.mark.parametrize("securing", SELECTIVE)
def test_what_is_not_there_is_not_disclosed(securing: str) -> None:
    credential = secured(securing, CLAIMS, **own(CASE_TYPE, securing))
    for path in (("regeling",), ("credentialSubject", "regeling"), ("saldo", "x"), ("saldo", None), ()):
        with pytest.raises(UndisclosablePath):
            FORMATS[format_of(securing)].disclose(credential, [path])


@pytest.mark.parametrize("securing", SECURINGS)
def test_a_presentation_discloses_nothing_further(securing: str) -> None:
    credential = secured(securing, CLAIMS, **own(CASE_TYPE, securing))
    presented = present(securing, credential, None)
    with pytest.raises(BlauweKnopError):
        FORMATS[format_of(securing)].disclose(presented, None)
    with pytest.raises(BlauweKnopError):
        FORMATS[format_of(securing)].disclose("geen kaartje", None)
