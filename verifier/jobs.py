"""Beside the service: files whose time is over go, sessions end, the list is kept fresh, others are asked of proofs."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Final, Protocol

from service.jobs import Job, Periodic
from service.lasting import FORETELL_EVERY, FORETELL_FIRST, Lasting
from service.leading import Lead
from service.logging import get_logger
from verifier.usecases.second_opinion import AskOthers

_ASK_EVERY: Final = timedelta(seconds=5)
_LOOK_FOR_DOCUMENTS_EVERY: Final = timedelta(hours=1)

_log: Final = get_logger(__name__)


class Purges(Protocol):
    """Something that deletes what must no longer be kept."""

    def purge(self) -> int:
        """Delete it and return how much that was."""
        ...


def jobs(
    lead: Lead,
    files: Purges,
    sessions: Purges,
    api: Sequence[Purges],
    trust_list: Callable[[], object],
    *,
    bundling: Purges,
    proofs: Purges,
    staff: Purges,
    others: AskOthers | None,
    every: timedelta,
    refresh: timedelta,
    lasting: Sequence[Lasting] = (),
    sending: Sequence[Job] = (),
) -> Sequence[Job]:
    """Return the jobs of a verifier; each process keeps its own trust list fresh, the rest is done by who leads."""
    return (
        lead,
        Periodic("purge-files", every, lead.only(files.purge)),
        Periodic("purge-sessions", every, lead.only(sessions.purge)),
        Periodic("purge-proofs", every, lead.only(proofs.purge)),
        Periodic("purge-documents", _LOOK_FOR_DOCUMENTS_EVERY, lead.only(bundling.purge)),
        Periodic("purge-colleagues", every, lead.only(staff.purge)),
        *(Periodic("purge-api", every, lead.only(each.purge)) for each in api),
        *([] if others is None else [Periodic("second-opinions", _ASK_EVERY, lead.only(partial(_ask, others)))]),
        Periodic("trust-list", refresh, trust_list, first=timedelta(seconds=0)),
        *(
            Periodic(f"end of {each.file}", FORETELL_EVERY, lead.only(each.foretell), first=FORETELL_FIRST)
            for each in lasting
        ),
        *sending,
    )


def _ask(others: AskOthers) -> None:
    for each in others.turn():
        # Somebody has to look, in the code of ours or of theirs; which client's file it is in, the audit log says.
        _log.error("second_opinion_differs", by=list(each.by), issuer=each.issuer, format=each.format)
