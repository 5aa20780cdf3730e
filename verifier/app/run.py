"""What the commands of a verifier do."""

import json
from collections.abc import Iterator
from pathlib import Path

from credentials.clock import SystemClock
from credentials.openid.client_id import client_id_of_certificate
from credentials.trust import Participant, Role, with_pinned_names
from credentials.trust.x509 import to_der
from service.database import Database
from service.migrations import migrate
from service.serving import Servable
from service.webhooks.endpoints import PREFIX
from service.workers import Post, serve_posts, workers_for
from verifier.app.access import did_of, identity_of
from verifier.app.compose import PACKAGE, create
from verifier.app.login import login_kind
from verifier.domain.templates import TEMPLATES, ClaimPath, Template
from verifier.settings import VerifierSettings, load_verifier
from verifier.storage.keys import KeyFiles


def _asked(template: Template) -> Iterator[ClaimPath]:
    yield from template.overview_claims
    yield from template.every_case_claim


def serve(file: Path, *, workers: int | None = None) -> int:
    """Serve a verifier until it is told to stop and return the exit code; each worker reads the settings anew."""
    settings = load_verifier(file)

    def make() -> list[Servable]:
        fresh = load_verifier(file)
        return [(create(fresh).app, fresh.host, fresh.port)]

    number = workers_for(settings.database_url, workers)
    return serve_posts([Post(PACKAGE, [(settings.host, settings.port)], make, number)])


def initialise(settings: VerifierSettings) -> list[str]:
    """Make the keys, tokens and database that are not there yet; return the files' names. Raises ConfigurationError."""
    tokens = tuple(client.token_file for client in settings.api_clients)
    login = None if settings.login is None else login_kind(settings.login)
    made = KeyFiles(settings.state).make_missing(identity_of(settings), SystemClock().now(), tokens, login=login)
    made += KeyFiles(settings.state).make_webhook_secrets([PREFIX + each.name for each in settings.webhooks])
    database = Database(settings.database_url)
    try:
        migrate(database, PACKAGE)
    finally:
        database.close()
    return made


def describe(settings: VerifierSettings) -> str:
    """Return this verifier's entry for the trust list, as JSON. Raises ConfigurationError."""
    files = KeyFiles(settings.state)
    files.renew(identity_of(settings), SystemClock().now())
    access = files.access()
    leaf, (did, _) = access.chain[0], did_of(settings, access.signer.public_jwk)
    participant = Participant(
        identifier=settings.base_url,
        name=settings.organisation.name,
        roles=frozenset({Role.VERIFIER}),
        oin=settings.organisation.oin,
        anchors=(to_der(files.anchor()),),
        did=did,
        keys=(access.signer.public_jwk,),
        client_ids=(client_id_of_certificate(leaf).full, f"x509_san_dns:{settings.hostname}"),
        purposes=tuple(template.name for template in TEMPLATES.values()),
        # What the templates ask, so that a wallet can say of a request whether it is usual.
        claims=tuple(sorted({".".join(map(str, path)) for each in TEMPLATES.values() for path in _asked(each)})),
        category="schuldhulpverlening",
    )
    participant = with_pinned_names(participant, leaf)
    return json.dumps(participant.to_dict(), ensure_ascii=False, indent=2)


def check_templates(settings: VerifierSettings) -> dict[str, tuple[str, ...]]:
    """Return what the trust list does not let us ask, by the name of each template."""
    service = create(settings)
    try:
        # Read anew, so that a change at the scheme shows at once.
        service.scheme.renew()
        permission = service.scheme.permission(settings.base_url)
        return {each.name: permission.lacking(each) for each in TEMPLATES.values()}
    finally:
        service.close()


def purge(settings: VerifierSettings) -> int:
    """Delete what must no longer be kept, once, and return how many files that were."""
    service = create(settings)
    try:
        files = service.desk.purge()
        service.desks.bundling.purge()
        service.desks.proofs.purge()
        return files
    finally:
        service.close()
