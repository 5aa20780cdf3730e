"""The demonstration's workbench: test cards that any verifier proves, and offers and requests that a wallet can use."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from credentials.dids import did_jwk
from credentials.jose import UnverifiedToken
from credentials.keys import SoftwareSigner
from demo.stage import WORKBENCH
from service.commands import build
from tests.flows.demo.running import Demo

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("demo"), pytest.mark.timeout(240)]


def bench(demo: Demo) -> str:
    return f"http://localhost:{demo.first_port + WORKBENCH}"


def test_its_cards_are_proven_in_every_format_and_bound_to_their_keys(demo: Demo, tmp_path: Path) -> None:
    answer = demo.http.post(f"{bench(demo)}/kaartjes", data={"organisatie": "cjib", "persoon": "samira"})
    assert 'filename="kaartjes-cjib-samira.json"' in answer.headers["content-disposition"]
    found = answer.json()
    trust_list, root, file = (tmp_path / name for name in ("list.jwt", "root.jwk", "card"))
    trust_list.write_bytes(demo.http.get(found["vertrouwenslijst"]).content)
    root.write_bytes(demo.http.get(f"{demo.report['scheme']['url']}/trust-list-root.jwk").content)
    lists = tmp_path / "lists"
    lists.mkdir()
    names = {address: f"{place}.list" for place, address in enumerate(found["statuslijsten"])}
    for address, name in names.items():
        (lists / name).write_text(found["statuslijsten"][address])
    (lists / "manifest.json").write_text(json.dumps(names))
    arguments = [
        "verify",
        str(file),
        "--status",
        str(lists),
        "--trust-list",
        str(trust_list),
        "--trust-root",
        str(root),
    ]
    assert {each["formaat"] for each in found["kaartjes"]} == {"dc+sd-jwt", "ldp_vc"}
    for each in found["kaartjes"]:
        card = each["credential"] if isinstance(each["credential"], str) else json.dumps(each["credential"])
        file.write_text(card)
        result = CliRunner().invoke(build(), arguments)
        assert result.exit_code == 0, result.output
        key = SoftwareSigner.from_private_jwk(each["houdersleutel"]).public_jwk
        assert bound_to(each["credential"]) in ({"jwk": key.to_dict()}, did_jwk(key)[0])
        file.write_text(card.replace("5", "6"))
        assert CliRunner().invoke(build(), arguments).exit_code != 0


def bound_to(credential: Any) -> object:
    """Whom a credential is for: a key, or the DID of one."""
    if isinstance(credential, str):
        return UnverifiedToken.parse(credential.partition("~")[0], max_characters=100_000).payload["cnf"]
    return credential["credentialSubject"]["id"]


def test_its_offer_can_be_fetched_and_its_request_too(demo: Demo) -> None:
    offer = {
        "organisatie": "duo",
        "persoon": "wim",
        "kaartjes": "alles",
        "grant": "authorization_code",
        "profiel": "haip",
    }
    page = unescape(demo.http.post(f"{bench(demo)}/aanbiedingen", data=offer).text)
    (link,) = re.findall(r'<a class="go" href="([^"]+)"', page)
    (address,) = parse_qs(urlsplit(link).query)["credential_offer_uri"]
    assert "authorization_code" in demo.http.get(address).json()["grants"]
    asked = {"sjabloon": "snelscan", "prefix": "x509_san_dns", "modus": "direct_post"}
    page = unescape(demo.http.post(f"{bench(demo)}/vragen", data=asked, follow_redirects=True).text)
    (link,) = re.findall(r'<a class="go" href="([^"]+)"', page)
    parameters = parse_qs(urlsplit(link).query)
    assert parameters["client_id"][0].startswith("x509_san_dns:")
    assert demo.http.post(parameters["request_uri"][0]).headers["content-type"] == "application/oauth-authz-req+jwt"
