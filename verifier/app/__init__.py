"""The composition root, and what the commands do."""

from verifier.app.compose import VerifierService, create, screens_of
from verifier.app.run import check_templates, describe, initialise, purge, serve
from verifier.app.secured import formats

__all__ = [
    "VerifierService",
    "check_templates",
    "create",
    "describe",
    "formats",
    "initialise",
    "purge",
    "screens_of",
    "serve",
]
