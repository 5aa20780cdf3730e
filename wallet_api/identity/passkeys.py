"""This wallet as a relying party of WebAuthn Level 3: what browsers are asked, and the checks of what they answer.

The signatures, structures and flags are checked by `webauthn`; here are the choices: verification of the user always,
no attestation (who made the device is nobody's business), no frame of another site, and the PRF extension.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address
from typing import Final, Self, TypeVar, final
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from credentials.encoding import JsonObject, b64url_decode, b64url_encode, json_object
from credentials.errors import MalformedInput
from service import i18n
from wallet_api.domain.errors import PasskeyRefused
from wallet_api.domain.passkey import (
    MAX_CREDENTIAL_ID,
    MIN_CREDENTIAL_ID,
    PRF_INPUT,
    Assertion,
    PasskeyFacts,
    Registered,
)

TIMEOUT_MS: Final = 300_000
_MAX_CLIENT_DATA: Final = 8_192
_Result = TypeVar("_Result")


@final
@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site that passkeys are made for: its RP ID, its name, and the origins from which they may be used."""

    id: str
    name: str
    origins: tuple[str, ...]

    @classmethod
    def of(cls, base_url: str, name: str) -> Self | None:
        """Return the relying party at an address; None at an IP address, which is no RP ID (section 5.4.2)."""
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        if _is_ip(host):
            return None
        # As browsers write an origin: the usual port is left out.
        usual = {"https": 443, "http": 80}.get(parts.scheme)
        port = "" if parts.port in (None, usual) else f":{parts.port}"
        return cls(host, name, (f"{parts.scheme}://{host}{port}",))


@final
class WebAuthnPasskeys:
    """The port `Passkeys` for one relying party."""

    def __init__(self, party: RelyingParty) -> None:
        self._party = party

    def creation(self, challenge: bytes, user_handle: bytes, day: date, taken: Sequence[bytes]) -> JsonObject:
        """Return what a browser is to make a passkey by (`PublicKeyCredentialCreationOptionsJSON`)."""
        options = generate_registration_options(
            rp_id=self._party.id,
            rp_name=self._party.name,
            # No name of a person: whoever looks into the device's list sees that there is a wallet, and nobody else
            # does.
            user_name=f"Wallet van {i18n.day(day)}",
            user_id=user_handle,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in taken],
        )
        return _with_prf(options_to_json_dict(options))

    def request(self, challenge: bytes, only: bytes | None = None) -> JsonObject:
        """Return what a browser is to ask a passkey (`PublicKeyCredentialRequestOptionsJSON`); any, or this one."""
        options = generate_authentication_options(
            rp_id=self._party.id,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            allow_credentials=None if only is None else [PublicKeyCredentialDescriptor(id=only)],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return _with_prf(options_to_json_dict(options))

    def challenge_of(self, answer: JsonObject) -> bytes:
        """Return the challenge that an answer says it is to. Raises PasskeyRefused."""
        with _refusing():
            return b64url_decode(_text(_client_data(answer), "challenge"))

    def registered(self, answer: JsonObject, challenge: bytes) -> Registered:
        """Return the passkey that was made, having checked all of section 7.1. Raises PasskeyRefused."""
        with _refusing():
            _demand_own_page(_client_data(answer))
        made = _checked(
            lambda: verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._party.id,
                expected_origin=list(self._party.origins),
                require_user_verification=True,
            )
        )
        # Section 7.1 step 25 has the upper bound; shorter ones could be guessed.
        if not MIN_CREDENTIAL_ID <= len(made.credential_id) <= MAX_CREDENTIAL_ID:
            raise PasskeyRefused("the credential id is too short or too long")
        return Registered(
            made.credential_id,
            made.credential_public_key,
            made.sign_count,
            made.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
            made.credential_backed_up,
        )

    def read(self, answer: JsonObject) -> Assertion:
        """Return whose a signature says to be. Nothing is checked yet. Raises PasskeyRefused."""
        with _refusing():
            credential_id = b64url_decode(_text(answer, "rawId"))
            if not 0 < len(credential_id) <= MAX_CREDENTIAL_ID:
                raise PasskeyRefused("the credential id is too long")
            handle = _response(answer).get("userHandle")
            user_handle = b64url_decode(handle) if isinstance(handle, str) else None
            return Assertion(credential_id, user_handle, self.challenge_of(answer), answer)

    def proven(self, assertion: Assertion, facts: PasskeyFacts) -> PasskeyFacts:
        """Check all of section 7.2, and return what is known of the passkey now. Raises PasskeyRefused."""
        with _refusing():
            _demand_own_page(_client_data(assertion.answer))
        # Step 6: the user handle is the account's. A passkey that was asked for by its id need not say it.
        if assertion.user_handle is not None and b64url_encode(assertion.user_handle) != facts.user_handle:
            raise PasskeyRefused("the user handle is another's")
        proven = _checked(
            lambda: verify_authentication_response(
                credential=assertion.answer,
                expected_challenge=assertion.challenge,
                expected_rp_id=self._party.id,
                expected_origin=list(self._party.origins),
                credential_public_key=b64url_decode(facts.public_key),
                # Step 22: a counter that does not rise is a copy of the passkey, and is refused.
                credential_current_sign_count=facts.sign_count,
                require_user_verification=True,
            )
        )
        eligible = proven.credential_device_type is CredentialDeviceType.MULTI_DEVICE
        # Step 20: whether a passkey can be backed up is settled when it is made.
        if eligible != facts.backup_eligible:
            raise PasskeyRefused("the passkey says otherwise than before whether it can be backed up")
        return PasskeyFacts(
            facts.public_key, facts.user_handle, proven.new_sign_count, eligible, proven.credential_backed_up
        )


def _with_prf(options: JsonObject) -> JsonObject:
    return {**options, "extensions": {"prf": {"eval": {"first": b64url_encode(PRF_INPUT)}}}}


def _response(answer: JsonObject) -> JsonObject:
    response = answer.get("response")
    if not isinstance(response, dict):
        raise PasskeyRefused("there is no response in it")
    return response


def _client_data(answer: JsonObject) -> JsonObject:
    raw = b64url_decode(_text(_response(answer), "clientDataJSON"))
    return json_object(raw, "the client data", max_bytes=_MAX_CLIENT_DATA)


def _text(members: JsonObject, name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise PasskeyRefused(f"{name} is missing")
    return value


def _demand_own_page(client_data: JsonObject) -> None:
    # Sections 7.1 step 10 and 7.2 step 13: no page of ours is ever in a frame.
    if client_data.get("crossOrigin", False) is not False or "topOrigin" in client_data:
        raise PasskeyRefused("it was made in a frame of another site")


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except MalformedInput as error:
        raise PasskeyRefused("the answer has another form") from error


def _checked(check: Callable[[], _Result]) -> _Result:
    try:
        return check()
    except WebAuthnException as error:
        raise PasskeyRefused(type(error).__name__) from error
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        # Bytes that are no structure at all reach below the library's own errors.
        raise PasskeyRefused("the answer has another form") from error


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
