"""Issue: check a document as a verifier would, then secure it with the key and in the way of one instance."""

from credentials.encoding import JsonObject
from credentials.formats.jwt_vc import secure
from credentials.formats.ldp_vc import derive_document, sign_document
from credentials.formats.vcdm import ENVELOPED_CREDENTIAL, Envelope
from service.commands.vc_api.engine import Engine
from service.commands.vc_api.instances import STATUS, Instance
from service.commands.vc_api.lists import StatusLists
from service.commands.vc_api.problems import InvalidRequest
from service.commands.vc_api.request import Options, document_of


def issue(instance: Instance, body: JsonObject, engine: Engine, lists: StatusLists) -> JsonObject:
    """Return the secured credential. Raises BlauweKnopError for what may not be signed."""
    document = document_of(body, "credential")
    options = Options.read(body)
    document = _with_issuer(document, instance)
    read = engine.read(document)
    if read.issuer != instance.did:
        raise InvalidRequest("the issuer is not the one whose key signs here", path="/credential/issuer")
    if instance.name == STATUS:
        # Last, so that what is refused takes no place in the lists.
        document = _with_status(document, lists)
    if instance.cryptosuite is None:
        token = secure(document, instance.signer, kid=instance.verification_method)
        if not isinstance(token, str):
            raise InvalidRequest("the credential did not become a token")
        return Envelope(ENVELOPED_CREDENTIAL, "application/vc+jwt", token).to_dict()
    return sign_document(
        document,
        instance.signer,
        instance.verification_method,
        canonicaliser=engine.canonicaliser,
        created=engine.clock.now(),
        cryptosuite=instance.cryptosuite,
        challenge=options.challenge,
        domain=options.domain,
        mandatory_pointers=options.mandatory_pointers,
    )


def derive(body: JsonObject, engine: Engine) -> JsonObject:
    """Return what a holder shows of a credential, with a derived proof. Raises BlauweKnopError."""
    document = document_of(body, "verifiableCredential")
    options = Options.read(body)
    return derive_document(document, options.selective_pointers, canonicaliser=engine.canonicaliser)


def _with_issuer(document: JsonObject, instance: Instance) -> JsonObject:
    issuer = document.get("issuer")
    if isinstance(issuer, dict) and "id" not in issuer:
        return {**document, "issuer": {"id": instance.did, **issuer}}
    return document


def _with_status(document: JsonObject, lists: StatusLists) -> JsonObject:
    if "credentialStatus" in document:
        raise InvalidRequest("the status of a credential is this service's to say", path="/credential/credentialStatus")
    credential_id = document.get("id")
    entries = lists.entries(credential_id if isinstance(credential_id, str) else None)
    return {**document, "credentialStatus": entries}
