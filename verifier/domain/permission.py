"""What the trust list lets us ask, and what of a question it does not.

A citizen service number is asked only where the list says so of us; without a list, or off it, never. Of other claims
the list says what we declared: a question that wants more is more than citizens were told, and is refused. Where the
list says nothing of claims, wallets judge by themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from credentials.encoding import JsonObject
from verifier.domain.errors import NotAllowedToAsk
from verifier.domain.evidence import CASE, OVERVIEW
from verifier.domain.templates import Template

BSN: Final = "bsn"
_OURS: Final = frozenset({OVERVIEW, CASE})


@dataclass(frozen=True, slots=True)
class Permission:
    """What the list says of us: whether we stand on it, which claims we declared, whether we may ask a BSN."""

    listed: bool = False
    claims: frozenset[str] = frozenset()
    bsn: bool = False

    def lacking(self, template: Template) -> tuple[str, ...]:
        """Return the names of the claims that a template asks and the list does not let us ask, in order."""
        wanted = _of_query(template.own_query) if template.own_query is not None else _of_template(template)
        return tuple(dict.fromkeys(name for name in wanted if not self._allows(name)))

    def demand(self, template: Template) -> None:
        """Raise NotAllowedToAsk, with the names of what may not be asked, unless all may."""
        lacking = self.lacking(template)
        if lacking:
            raise NotAllowedToAsk(lacking)

    def _allows(self, name: str) -> bool:
        parts = name.split(".")
        if BSN in parts:
            return self.bsn
        # A path to an object stands for everything below it.
        return not self.claims or any(".".join(parts[:length]) in self.claims for length in range(1, len(parts) + 1))


def _of_template(template: Template) -> Iterator[str]:
    for path in (*template.overview_claims, *template.every_case_claim):
        yield ".".join(path)


def _of_query(query: JsonObject) -> Iterator[str]:
    """Yield what a query of its own asks: of our cards by name, and of any card what is a BSN wherever it stands."""
    credentials = query.get("credentials")
    for each in credentials if isinstance(credentials, list) else ():
        if not isinstance(each, dict):
            continue
        meta, claims = each.get("meta"), each.get("claims")
        types = meta.get("vct_values") if isinstance(meta, dict) else None
        ours = isinstance(types, list) and not _OURS.isdisjoint(map(str, types))
        for claim in claims if isinstance(claims, list) else ():
            path = claim.get("path") if isinstance(claim, dict) else None
            parts = [part for part in path if isinstance(part, str)] if isinstance(path, list) else []
            if ours or BSN in parts:
                yield ".".join(parts)
