"""One rule for free text at every door: settings, API, trust list, documents, strangers, cards, pages."""

import json
from pathlib import Path

import pytest
from jinja2 import DictLoader
from markupsafe import Markup
from pydantic import ValidationError

from credentials.debts.claims import case_claims
from credentials.debts.disclosed import read_case
from credentials.debts.errors import InvalidField
from credentials.debts.fcid import parse_document
from credentials.errors import ConfigurationError, MalformedInput
from credentials.openid.display import parse_displays
from credentials.openid.errors import MalformedMessage
from credentials.openid.members import Members
from credentials.openid.offer import parse_offer
from credentials.openid.verifier_info import FORMAT, parse_purpose
from credentials.trust import Participant
from issuer.settings import load_agency
from issuer.web.api import WithdrawalRequest
from service.pages import Pages, PartyFace
from service.settings import load
from tests.debt_builders import ROOT, a_case, a_document, changed
from verifier.settings import EXAMPLE as VERIFIER
from verifier.settings import VerifierSettings
from verifier.web.api import NewRequest

UNREADABLE = ["Koop\u202enak", "a\x1b[2Jb", "a\x00b", "Caf\u00c3\u00a9", "a\ufffdb", "a\u200bb"]
EXAMPLE = ROOT / "docs" / "examples" / "agency-csv.toml"


@pytest.mark.parametrize("text", UNREADABLE)
class TestRefused:
    """By those who answer for it: with the place and a reason, never the text."""

    def test_in_an_agencys_settings(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "agency.toml"
        file.write_text(EXAMPLE.read_text().replace('"Waterschap De Dijk (fictief)"', json.dumps(text)))
        with pytest.raises(ConfigurationError, match=r"agency\.toml: agency\.name: ") as caught:
            load_agency(file)
        assert text not in str(caught.value)

    def test_in_a_verifiers_settings(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "verifier.toml"
        file.write_text(VERIFIER.replace('"schuldhulp@voorbeeld.example"', json.dumps(text)))
        with pytest.raises(ConfigurationError, match=r"organisation\.contact"):
            load(file, VerifierSettings)

    def test_in_the_api(self, text: str) -> None:
        with pytest.raises(ValidationError) as caught:
            WithdrawalRequest(bsn="999990007", reden=text)
        assert text not in str(caught.value)
        assert WithdrawalRequest(bsn="999990007", reden="Café\nen meer").reden

    def test_at_any_depth_of_a_field_of_the_api(self, text: str) -> None:
        for query in ({"credentials": [{"values": [text]}]}, {"credentials": [{text: 1}]}):
            with pytest.raises(ValidationError) as caught:
                NewRequest(dcqlQuery=query)
            assert text not in str(caught.value)
        with pytest.raises(ValidationError):
            NewRequest(sjabloon="intake", formaten=["dc+sd-jwt", text])
        assert NewRequest(dcqlQuery={"credentials": [{"values": ["Café", 1, None]}]}).dcql_query

    @pytest.mark.parametrize("member", ["naam", "identifier", "afkorting", "category"])
    def test_in_the_trust_list(self, text: str, member: str) -> None:
        entry = {"identifier": "https://a.example", "naam": "A"}
        assert Participant.parse(entry)
        with pytest.raises(MalformedInput) as caught:
            Participant.parse(entry | {member: text})
        assert text not in str(caught.value)

    @pytest.mark.parametrize("field", ["omschrijving", "te_betalen_aan", "rekeningnummer_tenaamstelling"])
    def test_in_an_event_of_a_document(self, text: str, field: str) -> None:
        data = changed(
            a_document(), lambda body: body["financiele_zaken"][0]["gebeurtenissen"][1].update({field: text})
        )
        with pytest.raises(InvalidField) as caught:
            parse_document(data, file="debts.json")
        assert caught.value.field.endswith(f"[1].{field}")
        assert caught.value.line > 1

    def test_in_the_names_of_a_document(self, text: str) -> None:
        def name(body: dict[str, object]) -> None:
            body["organisaties"] = [{"oin": "00000000900000007000", "naam": text}]

        with pytest.raises(InvalidField):
            parse_document(changed(a_document(), name), file="debts.json")


class TestCleaned:
    """Of strangers, where it is only shown."""

    text = "Gratis \u202etsaV\u200b\x1b[2J geld"
    clean = "Gratis tsaV [2J geld"

    def test_in_the_names_of_issuers_credentials_and_claims(self) -> None:
        entry = {
            "name": self.text,
            "description": self.text,
            "logo": {"uri": "https://a.example", "alt_text": self.text},
        }
        (display,) = parse_displays([Members(entry, "display", MalformedMessage)])
        assert (display.name, display.description, display.logo_alt_text) == (self.clean, self.clean, self.clean)

    def test_a_name_of_nothing_readable_is_no_name(self) -> None:
        (display,) = parse_displays([Members({"name": "\u202e\u200b"}, "display", MalformedMessage)])
        assert display.name is None

    def test_in_what_an_offer_says_about_its_code(self) -> None:
        code = {"pre-authorized_code": "x" * 20, "tx_code": {"length": 6, "description": self.text}}
        grants = {"urn:ietf:params:oauth:grant-type:pre-authorized_code": code}
        offer = {"credential_issuer": "https://a.example", "credential_configuration_ids": ["a"], "grants": grants}
        parsed = parse_offer(json.dumps(offer).encode()).pre_authorized
        assert parsed is not None
        assert parsed.tx_code is not None
        assert parsed.tx_code.description == self.clean

    def test_in_the_purpose_of_a_request(self) -> None:
        entry = {"format": FORMAT, "data": {"doel": self.text, "grondslag": "Wgs", "bewaartermijn": "1 jaar"}}
        purpose = parse_purpose([Members(entry, "verifier_info", MalformedMessage)])
        assert purpose is not None
        assert purpose.doel == self.clean

    def test_in_the_claims_of_a_card(self) -> None:
        claims = case_claims(a_case(), "digest")
        assert read_case(claims | {"omschrijving": self.text}).description == self.clean

    def test_in_whatever_a_page_shows(self) -> None:
        pages = Pages("service", party=PartyFace(name="Proef"))
        environment = pages._environment.overlay(loader=DictLoader({"x": "{{ text }}|{{ made }}|{{ number }}"}))
        html = environment.get_template("x").render(text=f"<b>{self.text}", made=Markup("<i>\u202e</i>"), number=5)
        assert html == f"&lt;b&gt;{self.clean}|<i>\u202e</i>|5"
