"""Token revocation: a client gives back a token that it does not need any more (RFC 7009)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from credentials.openid.form import optional, required


@dataclass(frozen=True, slots=True)
class RevocationRequest:
    """A token to end, and who gives it back. `refresh` is no more than a hint of its kind (section 2.1)."""

    token: str = field(repr=False)
    client_id: str | None = None
    refresh: bool | None = None

    def to_form(self) -> dict[str, str]:
        """Return the parameters."""
        form = {"token": self.token}
        if self.refresh is not None:
            form["token_type_hint"] = "refresh_token" if self.refresh else "access_token"
        if self.client_id is not None:
            form["client_id"] = self.client_id
        return form


def parse_revocation_request(fields: Mapping[str, str]) -> RevocationRequest:
    """Read a revocation request; a hint of another kind is ignored (section 2.1). Raises InvalidRequest."""
    hint = optional(fields, "token_type_hint")
    return RevocationRequest(
        token=required(fields, "token"),
        client_id=optional(fields, "client_id", max_length=2_048),
        refresh={"refresh_token": True, "access_token": False}.get(hint or ""),
    )
