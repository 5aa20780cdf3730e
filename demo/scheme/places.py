"""Where the scheme document (stelseldocument) lies, and at which address its profile wants it."""

from typing import Final

FILE: Final = "stelseldocument.jws"
PATH: Final = "/api/v1/stelseldocument"
