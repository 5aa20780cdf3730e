"""A copy of the audit log, as an answer to whoever may take it along."""

from starlette.responses import Response, StreamingResponse

from credentials.clock import Clock, dutch_day
from credentials.errors import MalformedInput
from service.audit_log import MEDIA_TYPES, AuditLog, Layout
from service.web.input import Form


def copy_of(log: AuditLog, form: Form, *, actor: str, clock: Clock) -> Response:
    """Return a copy in the layout that a form names as `vorm`, line by line. Raises MalformedInput."""
    try:
        layout = Layout(form.get("vorm") or "")
    except ValueError:
        raise MalformedInput("there is no such form of a copy") from None
    name = f"logboek-{dutch_day(clock.now()).isoformat()}.{layout.value}"
    return StreamingResponse(
        log.copy(layout, actor),
        media_type=MEDIA_TYPES[layout],
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )
