"""The credential inside a presentation, for saying of one in wrong hands whether it is at least genuine."""

from credentials.formats.base import Credential


def without_holder_proof(presented: Credential) -> Credential | None:
    """Return the credential without the holder's proof; None where there is not exactly one inside."""
    if isinstance(presented, str):
        # RFC 9901 section 4: the key binding is what stands after the last tilde.
        signed_part, tilde, _ = presented.rpartition("~")
        return signed_part + tilde if tilde else None
    inside = presented.get("verifiableCredential")
    candidates = inside if isinstance(inside, list) else [inside]
    if len(candidates) != 1 or not isinstance(candidates[0], dict):
        return None
    return candidates[0]
