"""DID Resolution 1.0 (Candidate Recommendation of July 2026), section "HTTP(S) Binding": answers by `Accept`."""

import pytest

from credentials.dids import did_document, did_key
from credentials.dids.binding import DEREFERENCING, DOCUMENTS, RESOLUTION, answer
from credentials.dids.resolution import RESULT_MEDIA_TYPE
from credentials.keys import PublicJwk

# The key of the specification of did:key: a test named after a fresh one would be another in every worker.
DID, METHOD = did_key(PublicJwk.from_multikey("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"))
ERROR = "https://www.w3.org/ns/did#"


def test_a_resolution_result_is_the_document_and_what_is_said_of_it() -> None:
    found = answer(DID, RESOLUTION, {})
    assert (found.status, found.media_type) == (200, RESOLUTION)
    assert found.body == {
        "didDocument": did_document(DID),
        "didResolutionMetadata": {"contentType": "application/did"},
        "didDocumentMetadata": {},
    }


def test_a_dereferencing_result_is_the_method_and_what_is_said_of_it() -> None:
    found = answer(METHOD, DEREFERENCING, {})
    assert (found.status, found.media_type) == (200, DEREFERENCING)
    content = found.body["content"]
    assert isinstance(content, dict)
    assert (content["id"], content["controller"]) == (METHOD, DID)
    assert found.body["contentStream"] == content
    assert found.body["dereferencingMetadata"] == {"contentType": "application/did"}
    assert found.body["contentMetadata"] == {}
    # A DID is a DID URL with nothing behind it.
    assert answer(DID, DEREFERENCING, {}).body["content"] == did_document(DID)


@pytest.mark.parametrize("media_type", sorted(DOCUMENTS))
def test_a_document_may_be_asked_alone(media_type: str) -> None:
    found = answer(DID, media_type, {})
    assert (found.status, found.media_type, found.body) == (200, media_type, did_document(DID))
    assert answer(METHOD, media_type, {}).body["id"] == METHOD


@pytest.mark.parametrize(
    ("asked", "options", "error", "status"),
    [
        ("did:key:@", {}, "INVALID_DID", 400),
        ("", {}, "INVALID_DID", 400),
        ("did:key:u6Mk", {}, "INVALID_DID", 400),
        ("did:key:z6Mk", {}, "FEATURE_NOT_SUPPORTED", 501),
        ("did:example:1", {}, "METHOD_NOT_SUPPORTED", 501),
        ("did:web:cjib.example", {}, "METHOD_NOT_SUPPORTED", 501),
        (DID, {"versionId": "1"}, "FEATURE_NOT_SUPPORTED", 501),
        (DID, {"publicKeyFormat": "nonsense"}, "FEATURE_NOT_SUPPORTED", 501),
        (DID, {"publicKeyFormat": "X25519KeyAgreementKey2020"}, "INVALID_OPTIONS", 400),
        (DID, {"expandRelativeUrls": "yes"}, "INVALID_OPTIONS", 400),
    ],
)
def test_a_did_that_does_not_resolve_gives_an_error_object_and_no_document(
    asked: str, options: dict[str, str], error: str, status: int
) -> None:
    for accept in (RESOLUTION, "application/did"):
        found = answer(asked, accept, options)
        assert (found.status, found.media_type) == (status, RESOLUTION)
        assert found.body["didDocument"] is None
        assert found.body["didDocumentMetadata"] == {}
        metadata = found.body["didResolutionMetadata"]
        assert isinstance(metadata, dict)
        assert isinstance(metadata["error"], dict)
        assert (metadata["error"]["type"], metadata["error"]["status"]) == (ERROR + error, status)
        assert metadata["error"]["title"]


@pytest.mark.parametrize("asked", [METHOD, f"{DID}?versionId=1", f"{DID}/path"])
def test_a_did_url_is_dereferenced_and_not_resolved(asked: str) -> None:
    found = answer(asked, RESOLUTION, {})
    assert (found.status, found.media_type, found.body["didDocument"]) == (400, RESOLUTION, None)
    assert ERROR + "INVALID_DID'" in str(found.body)


@pytest.mark.parametrize(
    ("asked", "error", "status"),
    [
        (f"{DID}#other", "NOT_FOUND", 404),
        (f"{DID}/path", "NOT_FOUND", 404),
        (f"{DID}?service=files", "NOT_FOUND", 404),
        (f"{DID}# ", "INVALID_DID_URL", 400),
        ("did:key:@#x", "INVALID_DID_URL", 400),
        ("nonsense", "INVALID_DID_URL", 400),
        ("did:key:u6Mk", "INVALID_DID", 400),
        ("did:example:1#0", "METHOD_NOT_SUPPORTED", 501),
    ],
)
def test_a_did_url_that_leads_nowhere_gives_an_error_object_and_no_content(asked: str, error: str, status: int) -> None:
    found = answer(asked, DEREFERENCING, {})
    assert (found.status, found.media_type, found.body["content"]) == (status, DEREFERENCING, None)
    metadata = found.body["dereferencingMetadata"]
    assert isinstance(metadata, dict)
    assert isinstance(metadata["error"], dict)
    assert metadata["error"]["type"] == ERROR + error


@pytest.mark.parametrize("accept", ["text/html", "application/did+cbor", "application/did-resolution;q=0", ",", ";q=1"])
def test_a_representation_that_is_not_given_is_406(accept: str) -> None:
    found = answer(DID, accept, {})
    assert (found.status, found.media_type, found.body["didDocument"]) == (406, RESOLUTION, None)
    assert ERROR + "REPRESENTATION_NOT_SUPPORTED" in str(found.body)
    assert answer(METHOD, accept, {}).media_type == DEREFERENCING


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/json",
        RESULT_MEDIA_TYPE,
        'application/ld+json; profile="https://w3id.org/did-resolution"',
        "text/html, application/json;q=0.9, */*;q=0.8",
        f"{RESOLUTION};q=0.5, application/json",
        f"{RESOLUTION};q=nonsense, */*;q=0.1",
    ],
)
def test_whoever_does_not_ask_for_the_new_form_gets_the_older_one(accept: str) -> None:
    found = answer(DID, accept, {"unknown": "ignored"})
    assert (found.status, found.media_type) == (200, RESULT_MEDIA_TYPE)
    refused = answer("did:key:@", accept, {})
    assert refused.body["didDocument"] == {}
    assert refused.body["didResolutionMetadata"] == {"error": "invalidDid"}
    assert "didDereferencingMetadata" in answer(METHOD, accept, {}).body


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (f"application/json;q=0.5, {RESOLUTION}", RESOLUTION),
        (f"application/did;q=0.9,{RESOLUTION};q=0.95", RESOLUTION),
        (f"APPLICATION/DID, {RESOLUTION}", "application/did"),
        (f"text/html, {RESOLUTION};q=0.001", RESOLUTION),
    ],
)
def test_what_the_client_would_rather_have_is_given(accept: str, media_type: str) -> None:
    assert answer(DID, accept, {}).media_type == media_type


def test_no_answer_repeats_what_was_asked() -> None:
    for accept in (RESOLUTION, DEREFERENCING, "application/did", "", "text/html"):
        for asked in ("did:key:kanarie", "kanarie", f"{DID}#kanarie", "did:kanarie:1"):
            assert "kanarie" not in str(answer(asked, accept, {"kanarie": "kanarie"}).body)
