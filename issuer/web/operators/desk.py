"""What the screens of the desk work with: its use cases, and what a page needs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse

from credentials.clock import Clock
from issuer.ports import KeyKeeper
from issuer.usecases.check_source import Checked
from issuer.usecases.issuances import Issued
from issuer.usecases.notices import KeepNotices
from issuer.usecases.operators import LogInOperator
from issuer.usecases.overview import Overlook
from issuer.usecases.retention import Kept
from issuer.usecases.stage_import import StageImport
from issuer.web.operators.seat import Seat
from issuer.web.operators.uploads import Uploads
from service.audit_log import AuditLog
from service.csrf import CsrfGuard
from service.pages import Pages
from service.sessions import Sessions
from service.webhooks.deliver import ReplayWebhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorsDesk:
    """One agency's desk. `check` reads the register anew, and says None when that takes too long for a page.

    `keys` keeps the signing keys for somebody under their pseudonym.
    """

    agency: str
    clock: Clock
    login: LogInOperator
    overlook: Overlook
    audit: AuditLog
    issued: Issued
    kept: tuple[Kept, ...]
    messages: ReplayWebhooks
    notices: KeepNotices
    keys: Callable[[str], KeyKeeper]
    check: Callable[[], Checked | None]
    imports: StageImport | None
    uploads: Uploads
    sessions: Sessions
    csrf: CsrfGuard
    pages: Pages

    def show(self, request: Request, at: Seat, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401  # template values
        """Render a screen for who sits here."""
        return self.pages.render(
            request, f"beheer/{template}", status=status, session=at.session, seat=at, desk=self, **context
        )
