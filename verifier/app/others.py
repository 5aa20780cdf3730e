"""Second opinions, composed: which answers others are asked about, what they said, and who asks them."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, final

from credentials.clock import Clock
from credentials.formats.base import KeyResolver
from credentials.trust import PinnedKeys, TrustList
from credentials.verification.second_opinions import SecondOpinions
from service.web.assemble import OK
from verifier.domain.second_opinion import Mode
from verifier.ports import OtherSoftware
from verifier.storage.opinions import SqlOpinions
from verifier.usecases.second_opinion import AskOthers, Choosing


@final
@dataclass(frozen=True, slots=True)
class Others:
    """What the rest of a verifier needs of second opinions; `asking` is None where there are to be none."""

    choosing: Choosing
    opinions: SqlOpinions
    asking: AskOthers | None

    @classmethod
    def make(
        cls,
        mode: Mode,
        opinions: SqlOpinions,
        clock: Clock,
        *,
        scheme: Callable[[], TrustList],
        keys: KeyResolver,
        software: OtherSoftware | None,
    ) -> Self:
        """Compose them; `software` is for tests."""
        software = software or SecondOpinions(PinnedKeys(scheme, keys))
        asking = None if mode == "off" else AskOthers(opinions, software, clock)
        return cls(Choosing(mode, secrets.randbelow), opinions, asking)

    def watch(self) -> str:
        """Say for `/health/ready` whether others came to another result about an answer on file."""
        return "disputed" if self.opinions.disputed() else OK
