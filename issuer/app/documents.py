"""What makes the sealed overview, where this machine can."""

from issuer.clients import StampAuthority
from issuer.settings import AgencySettings
from issuer.usecases.document import MakeDocument
from issuer.usecases.issue import IssueCredentials
from issuer.usecases.publish import PublishStatus, ReadStatusList
from service import printing
from service.http import OutboundClient
from service.logging import get_logger

_log = get_logger(__name__)


def documents(
    settings: AgencySettings, http: OutboundClient, issue: IssueCredentials, publish: PublishStatus
) -> MakeDocument | None:
    """Return what makes documents, sealed with the key of the cards in them; None where this machine cannot."""
    lacking = printing.missing()
    if lacking is not None:
        _log.warning("documents_off", missing=lacking)
        return None
    return MakeDocument(
        issue=issue,
        printer=printing.Printer(),
        key=lambda: issue.signing.identity.certified_key(issue.clock.now()),
        author=settings.agency.name,
        clock=issue.clock,
        addresses=issue.signing.addresses,
        lists=ReadStatusList(issue.store),
        publish=publish,
        ask_for_stamp=None if settings.timestamp is None else StampAuthority(http, settings.timestamp.url),
    )
