"""The demonstration's login: a name and one shared password. Settings refuse it outside localhost."""

import hmac
from collections.abc import Collection
from typing import final

from verifier.domain.errors import PasswordRefused
from verifier.domain.staff import Counsellor


@final
class DemoLogin:
    """The port `PasswordLogin` for demonstrations: somebody types what follows `medewerker:` in their pseudonym."""

    def __init__(self, counsellors: Collection[Counsellor], password: str) -> None:
        self._counsellors = {each.owner.partition(":")[2]: each for each in counsellors}
        self._password = password

    def check(self, username: str, password: str) -> Counsellor:
        """Return who this is. Raises PasswordRefused, whatever of the two is wrong."""
        right = hmac.compare_digest(password.encode("utf-8", "replace"), self._password.encode())
        counsellor = self._counsellors.get(username.strip().lower())
        if counsellor is None or not right:
            raise PasswordRefused
        return counsellor
