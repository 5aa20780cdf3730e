import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.jose import EncryptionKey
from credentials.openid import well_known
from credentials.openid.authorization_server import AuthorizationServerMetadata, parse_authorization_server
from credentials.openid.credential_encryption import RequestEncryption, ResponseEncryptionOffer
from credentials.openid.display import ClaimDescription, Display, display_for
from credentials.openid.errors import MalformedMessage
from credentials.openid.issuer_metadata import CredentialConfiguration, IssuerMetadata, parse_issuer_metadata

ISSUER = "https://tilburg.example/uitgever"
NL, EN = Display("Overzicht", "nl"), Display("Overview", "en")
CLAIM = ClaimDescription(("saldo_totaal",), mandatory=True, display=(NL, EN))
CONFIGURATION = CredentialConfiguration.build(
    "overzicht_sdjwt",
    {
        "format": "dc+sd-jwt",
        "vct": "urn:nl:blauweknop:overzicht:1",
        "cryptographic_binding_methods_supported": ["jwk"],
        "credential_signing_alg_values_supported": ["ES256"],
        "credential_metadata": {"display": [NL.to_json(), EN.to_json()], "claims": [CLAIM.to_json()]},
    },
    scope="overzicht_sdjwt",
    proof_algorithms=("ES256", "EdDSA"),
)
METADATA = IssuerMetadata(
    credential_issuer=ISSUER,
    credential_endpoint=f"{ISSUER}/credential",
    configurations={"overzicht_sdjwt": CONFIGURATION},
    nonce_endpoint=f"{ISSUER}/nonce",
    batch_size=10,
    display=(Display("Gemeente Tilburg", "nl", logo_uri="data:image/png;base64,AA==", logo_alt_text="Logo"),),
)
SERVER = AuthorizationServerMetadata(
    issuer=ISSUER,
    token_endpoint=f"{ISSUER}/oauth/token",
    authorization_endpoint=f"{ISSUER}/oauth/authorize",
    pushed_authorization_request_endpoint=f"{ISSUER}/oauth/par",
    require_pushed_authorization_requests=True,
    scopes=("overzicht_sdjwt",),
    dpop_algorithms=("ES256",),
)


def read(document: JsonObject) -> IssuerMetadata:
    return parse_issuer_metadata(json.dumps(document).encode(), credential_issuer=ISSUER)


def read_server(document: JsonObject) -> AuthorizationServerMetadata:
    return parse_authorization_server(json.dumps(document).encode(), issuer=ISSUER)


@pytest.mark.requirement("vci-metadata-place")
@pytest.mark.parametrize(
    ("identifier", "url"),
    [
        ("https://a.example", "https://a.example/.well-known/openid-credential-issuer"),
        ("https://a.example/", "https://a.example/.well-known/openid-credential-issuer"),
        ("https://a.example/t/1", "https://a.example/.well-known/openid-credential-issuer/t/1"),
        ("https://a.example:8443/t", "https://a.example:8443/.well-known/openid-credential-issuer/t"),
    ],
)
def test_the_well_known_part_is_put_between_host_and_path(identifier: str, url: str) -> None:
    assert well_known.inserted(identifier, well_known.CREDENTIAL_ISSUER) == url


@pytest.mark.parametrize(
    ("name", "path"),
    [
        # RFC 8414 section 3.1: "any terminating / MUST be removed".
        (well_known.AUTHORIZATION_SERVER, "/.well-known/oauth-authorization-server/t/1"),
        # OpenID4VCI 1.0 section 12.2.2 takes nothing off.
        (well_known.CREDENTIAL_ISSUER, "/.well-known/openid-credential-issuer/t/1/"),
    ],
)
def test_a_slash_at_the_end_goes_for_an_authorization_server_only(name: str, path: str) -> None:
    assert well_known.inserted("https://a.example/t/1/", name) == f"https://a.example{path}"


@pytest.mark.requirement("vci-metadata-place")
def test_older_peers_append() -> None:
    url = well_known.appended("https://a.example/t/1", well_known.OPENID_CONFIGURATION)
    assert url == "https://a.example/t/1/.well-known/openid-configuration"


@pytest.mark.requirement("vci-metadata-whole")
def test_issuer_metadata_travels_both_ways() -> None:
    assert read(METADATA.to_json()) == METADATA


@pytest.mark.requirement("vci-metadata-whole")
def test_issuer_metadata_holds_no_null_and_no_empty_list() -> None:
    text = json.dumps(IssuerMetadata(ISSUER, f"{ISSUER}/credential", {}).to_json())
    assert "null" not in text
    assert "[]" not in text


@pytest.mark.requirement("vci-metadata-batch")
def test_a_batch_of_one_is_no_batch() -> None:
    single = IssuerMetadata(ISSUER, f"{ISSUER}/credential", {}, batch_size=1)
    assert "batch_credential_issuance" not in single.to_json()


@pytest.mark.requirement("vci-metadata-configurations")
def test_a_configuration_says_what_it_is() -> None:
    assert CONFIGURATION.format == "dc+sd-jwt"
    assert CONFIGURATION.types == ("urn:nl:blauweknop:overzicht:1",)
    assert CONFIGURATION.binding_methods == ("jwk",)
    assert CONFIGURATION.claims == (CLAIM,)
    assert CONFIGURATION.to_json()["proof_types_supported"] == {
        "jwt": {"proof_signing_alg_values_supported": ["ES256", "EdDSA"]}
    }


def test_names_are_found_by_language() -> None:
    assert display_for((EN, NL), "nl-NL") == NL
    assert display_for((EN, NL), "en") == EN
    assert display_for((EN, NL), "fy") == EN
    assert display_for((EN, Display("zonder taal")), "fy") == Display("zonder taal")
    assert display_for((), "nl") is None


def test_a_logo_that_is_no_picture_on_the_web_is_left_out() -> None:
    document = METADATA.to_json()
    document["display"] = [{"name": "x", "logo": {"uri": "javascript:alert(1)"}}]
    assert read(document).display == (Display("x"),)


@pytest.mark.parametrize("name", ["sd_jwt_vc", "ldp_vc", "jwt_vc_json", "mso_mdoc"])
def test_the_specifications_configurations_are_read(vector: Callable[[str], bytes], name: str) -> None:
    document = json.loads(vector(f"vci/credential_metadata_{name}.json"))
    metadata = read({**METADATA.to_json(), **document})
    (configuration,) = metadata.configurations.values()
    assert configuration.claims
    assert configuration.to_json()["format"] == configuration.format


@pytest.mark.requirement("vci-metadata-whole")
def test_the_specifications_whole_metadata_is_read(vector: Callable[[str], bytes]) -> None:
    data = vector("vci/credential_issuer_metadata_sd_jwt_long.json")
    metadata = parse_issuer_metadata(data, credential_issuer=json.loads(data)["credential_issuer"])
    assert metadata.configurations


@pytest.mark.requirement("vci-metadata-identifier")
@pytest.mark.parametrize(
    "change",
    [
        {"credential_issuer": ISSUER + "/"},
        {"credential_issuer": "https://other.example"},
        {"credential_endpoint": "http://tilburg.example/credential"},
        {"credential_endpoint": None},
        {"nonce_endpoint": "ftp://tilburg.example"},
        {"nonce_endpoint": None},
        {"authorization_servers": []},
        {"authorization_servers": ["http://as.example"]},
        {"batch_credential_issuance": {"batch_size": 1}},
        {"batch_credential_issuance": {}},
        {"credential_configurations_supported": []},
        {"credential_configurations_supported": {"x": {}}},
        {"credential_configurations_supported": {"x": {"format": "dc+sd-jwt", "scope": None}}},
        {"credential_configurations_supported": {"x": {"format": "dc+sd-jwt", "proof_types_supported": {"jwt": {}}}}},
        {
            "credential_configurations_supported": {
                "x": {"format": "f", "credential_metadata": {"claims": [{"path": []}]}}
            }
        },
        {"display": [{"name": 1}]},
    ],
)
def test_malformed_or_foreign_issuer_metadata_is_refused(change: JsonObject) -> None:
    with pytest.raises(MalformedMessage):
        read({**METADATA.to_json(), **change})


@pytest.mark.requirement("vci-encryption")
def test_metadata_that_offer_encryption_travel_both_ways() -> None:
    key = EncryptionKey.generate("k1").public()
    offering = replace(
        METADATA,
        request_encryption=RequestEncryption((key,), zip_values=("DEF",)),
        response_encryption=ResponseEncryptionOffer(required=True),
    )
    assert read(offering.to_json()) == offering


@pytest.mark.requirement("vci-encryption")
def test_the_specifications_example_says_how_it_encrypts(vector: Callable[[str], bytes]) -> None:
    data = vector("vci/credential_issuer_metadata_sd_jwt_long.json")
    metadata = parse_issuer_metadata(data, credential_issuer=json.loads(data)["credential_issuer"])
    assert metadata.request_encryption is not None
    assert metadata.request_encryption.usable
    assert metadata.request_encryption.required
    assert metadata.response_encryption == ResponseEncryptionOffer(
        enc_values=("A128GCM",), zip_values=("DEF",), required=True
    )


@pytest.mark.parametrize("name", ["credential_request_encryption", "credential_response_encryption"])
@pytest.mark.parametrize("member", [None, [], {}, "off"])
def test_half_a_statement_about_encryption_is_refused(name: str, member: JsonValue) -> None:
    with pytest.raises(MalformedMessage):
        read({**METADATA.to_json(), name: member})


def test_server_metadata_travels_both_ways() -> None:
    assert read_server(SERVER.to_json()) == SERVER


@pytest.mark.requirement("as-metadata")
def test_server_metadata_lists_the_grants_and_holds_no_null() -> None:
    document = AuthorizationServerMetadata(ISSUER, f"{ISSUER}/token").to_json()
    assert "urn:ietf:params:oauth:grant-type:pre-authorized_code" in str(document["grant_types_supported"])
    assert None not in document.values()


def test_absent_lists_mean_what_rfc_8414_says() -> None:
    server = read_server({"issuer": ISSUER, "token_endpoint": f"{ISSUER}/token"})
    assert server.grant_types == ("authorization_code",)
    assert server.code_challenge_methods == ()
    assert not server.iss_in_response
    assert not server.anonymous_pre_authorized


@pytest.mark.requirement("as-metadata")
@pytest.mark.parametrize(
    "change",
    [
        {"issuer": ISSUER + "/"},
        {"token_endpoint": "http://tilburg.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"pushed_authorization_request_endpoint": None},
        {"require_pushed_authorization_requests": "true"},
        {"grant_types_supported": "authorization_code"},
    ],
)
def test_malformed_or_foreign_server_metadata_is_refused(change: JsonObject) -> None:
    with pytest.raises(MalformedMessage):
        read_server({**SERVER.to_json(), **change})
