"""What a browser or a program hands in of a passkey: its answers as JSON, and the output of the PRF in base64url."""

from typing import Final

from credentials.encoding import JsonObject, b64url_decode, json_object
from credentials.errors import MalformedInput
from service.web import Form
from wallet_api.domain.errors import PasskeyRefused
from wallet_api.domain.passkey import PasskeyAnswer

MAX_BYTES: Final = 1 << 15


def answer_of(form: Form) -> PasskeyAnswer:
    """Read the answer out of a form that our script filled in. Raises PasskeyRefused."""
    second = form.get("tweede") or ""
    try:
        answer = json_object(form.get("antwoord") or "", "the answer", max_bytes=MAX_BYTES)
        again = json_object(second, "the second answer", max_bytes=MAX_BYTES) if second else None
    except MalformedInput as error:
        raise PasskeyRefused("the answer is not what our script sends") from error
    return read_answer(answer, form.get("prf") or "", again)


def read_answer(answer: JsonObject, prf: str, second: JsonObject | None) -> PasskeyAnswer:
    """Put an answer together. Raises PasskeyRefused."""
    try:
        return PasskeyAnswer(answer, b64url_decode(prf, "the PRF output"), second)
    except MalformedInput as error:
        raise PasskeyRefused("the output of the PRF is no base64url") from error
