"""Where a citizen asks to pay in parts: an organisation's own page, and a plan that several bodies take part in.

These stand in the trust list and never on a card. A link that leads to a form for money and personal data is what a
phisher wants to place; the list is signed by the scheme, which looks at each address once, while a card is made by a
program. An address leads to a page and says nothing: without query and fragment nothing of a debt or a person is in it.
"""

from dataclasses import dataclass
from typing import Final, final

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import MalformedInput
from credentials.plain_text import text_fault
from credentials.web_addresses import take_apart

MAX_ADDRESS: Final = 300
MAX_NAME: Final = 80


@final
@dataclass(frozen=True, slots=True)
class JointArrangement:
    """One plan for debts at several bodies, as *Betalingsregeling Rijk*: what it is called, and where it is asked for.

    Raises MalformedInput.
    """

    name: str
    address: str

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > MAX_NAME or text_fault(self.name) is not None:
            raise MalformedInput("the name of a joint arrangement is not a plain text")
        check_address(self.address)

    @classmethod
    def parse(cls, value: JsonValue) -> "JointArrangement":
        """Read one of a list. Raises MalformedInput."""
        if not isinstance(value, dict):
            raise MalformedInput("a joint arrangement is not an object")
        name, address = value.get("naam"), value.get("adres")
        if not isinstance(name, str) or not isinstance(address, str):
            raise MalformedInput("a joint arrangement has a naam and an adres")
        return cls(name, address)

    def to_dict(self) -> JsonObject:
        """Return it as it stands in a list."""
        return {"naam": self.name, "adres": self.address}


def check_address(address: str) -> str:
    """Return the address of a page where an arrangement is asked for. Raises MalformedInput."""
    try:
        parts = take_apart(address, max_characters=MAX_ADDRESS)
    except ValueError as error:
        raise MalformedInput("the address of an arrangement is not a web address") from error
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise MalformedInput("the address of an arrangement is not an https address without a user name")
    if "?" in address or "#" in address:
        raise MalformedInput("the address of an arrangement has a query or a fragment")
    return address
