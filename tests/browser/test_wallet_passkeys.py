"""Passkeys in a real browser, with virtual authenticators: made, opened, lost and found again; and what is refused."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Route, expect

from service.serving import serving
from tests.browser.test_wallet_pages import check
from tests.wallet_world import WALLET, WALLET_PORT, WalletWorld, make_world

pytestmark = pytest.mark.browser

USUAL: dict[str, Any] = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
    "hasPrf": True,
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("passkeys"))
    with serving((world.service.app, "127.0.0.1", WALLET_PORT)):
        yield world


class Device:
    """A phone: a browser with an authenticator in it."""

    def __init__(self, context: BrowserContext, **otherwise: Any) -> None:
        self.context = context
        self.page = context.new_page()
        self.cdp: CDPSession = context.new_cdp_session(self.page)
        self.cdp.send("WebAuthn.enable")
        self.authenticator = self.plug_in(**otherwise)

    def plug_in(self, **otherwise: Any) -> str:
        made = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": USUAL | otherwise})
        return str(made["authenticatorId"])

    def unplug(self) -> None:
        self.cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.authenticator})

    def set_verified(self, verified: bool) -> None:
        given = {"authenticatorId": self.authenticator, "isUserVerified": verified}
        self.cdp.send("WebAuthn.setUserVerified", given)

    @property
    def credentials(self) -> list[dict[str, Any]]:
        found = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})
        return list(found["credentials"])

    def make(self) -> str:
        """Make a wallet behind a passkey and return its recovery code."""
        self.page.goto(f"{WALLET}/nieuw")
        self.page.get_by_role("button", name="Maak mijn wallet").click()
        self.page.wait_for_url("**/herstelcode")
        code = self.page.locator("p#herstelcode").inner_text()
        self.page.get_by_label("De laatste vier tekens").fill(code.split()[-1].lower())
        self.page.get_by_role("button", name="Ik heb de code bewaard").click()
        self.page.wait_for_url("**/ophalen*")
        return code

    def close(self) -> None:
        self.page.goto(f"{WALLET}/overzicht")
        self.page.get_by_role("button", name="Sluiten").click()
        self.page.wait_for_url("**/welkom*")

    def open(self) -> None:
        self.page.goto(f"{WALLET}/openen")
        self.page.get_by_role("button", name="Open met uw vingerafdruk, gezicht of schermcode").click()

    def is_in(self) -> None:
        self.page.wait_for_url("**/overzicht")


@pytest.fixture
def phone(world: WalletWorld, chromium: Browser) -> Iterator[Device]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="nl-NL")
    yield Device(context)
    context.close()


@pytest.fixture
def another(chromium: Browser) -> Iterator[Callable[..., Device]]:
    contexts: list[BrowserContext] = []

    def made(**otherwise: Any) -> Device:
        contexts.append(chromium.new_context(viewport={"width": 390, "height": 844}, locale="nl-NL"))
        return Device(contexts[-1], **otherwise)

    yield made
    for context in contexts:
        context.close()


def test_a_wallet_is_made_closed_and_opened_with_a_passkey(phone: Device) -> None:
    phone.make()
    (credential,) = phone.credentials
    assert credential["isResidentCredential"]
    assert credential["rpId"] == "localhost"
    assert "Wallet van" in credential["userName"]
    phone.close()
    phone.open()
    phone.is_in()
    phone.page.goto(f"{WALLET}/instellingen")
    expect(phone.page.locator("main")).to_contain_text("U opent uw wallet met uw passkey.")


def test_the_pages_of_every_state_can_be_used_by_everybody(phone: Device) -> None:
    phone.page.goto(f"{WALLET}/nieuw")
    phone.page.get_by_role("button", name="Maak mijn wallet").click()
    phone.page.wait_for_url("**/herstelcode")
    for path in ("/herstelcode", "/instellingen/openen", "/instellingen/pincode", "/openen", "/openen/herstelcode"):
        check(phone.page, WALLET + path)
    phone.page.goto(f"{WALLET}/herstelcode")
    phone.page.get_by_label("De laatste vier tekens").fill("????")
    phone.page.get_by_role("button", name="Ik heb de code bewaard").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("niet de laatste vier tekens")
    phone.page.get_by_role("button", name="Nu niet").click()
    phone.page.goto(f"{WALLET}/instellingen/openen")
    expect(phone.page.locator("main")).to_contain_text("U hebt geen herstelcode")


def test_all_of_it_works_with_the_keyboard_alone(phone: Device) -> None:
    page = phone.page

    def press(name: str, role: str = "button") -> None:
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.get_by_role(role, name=name).evaluate("one => one === document.activeElement"):  # type: ignore[arg-type]
                page.keyboard.press("Enter")
                return
        raise AssertionError(f"{name} cannot be reached")

    page.goto(f"{WALLET}/nieuw")
    press("Maak mijn wallet")
    page.wait_for_url("**/herstelcode")
    press("Ik heb de code bewaard")
    page.wait_for_url("**/ophalen*")
    press("Sluiten")
    page.wait_for_url("**/welkom*")
    press("Mijn wallet openen", "link")
    page.wait_for_url("**/openen")
    press("Open met uw vingerafdruk, gezicht of schermcode")
    phone.is_in()


def test_a_second_passkey_opens_the_same_wallet_and_the_first_can_go(phone: Device) -> None:
    phone.make()
    phone.page.goto(f"{WALLET}/instellingen/openen")
    phone.page.get_by_role("button", name="Nog een passkey maken").click()
    expect(phone.page.get_by_text("Dit apparaat heeft al een passkey voor deze wallet.")).to_be_visible()
    phone.unplug()
    phone.authenticator = phone.plug_in(transport="usb")
    phone.page.goto(f"{WALLET}/instellingen/openen")
    phone.page.get_by_label("Naam van dit apparaat").fill("mijn sleutel")
    phone.page.get_by_role("button", name="Nog een passkey maken").click()
    expect(phone.page.get_by_text("U kunt uw wallet nu ook met deze passkey openen.")).to_be_visible()
    expect(phone.page.get_by_role("listitem").filter(has_text="mijn sleutel")).to_be_visible()
    phone.page.get_by_role("button", name="Haal deze passkey weg").first.click()
    expect(phone.page.get_by_text("Hiermee gaat uw wallet niet meer open.")).to_be_visible()
    expect(phone.page.get_by_role("button", name="Haal deze passkey weg")).to_have_count(0)
    phone.close()
    phone.open()
    phone.is_in()


def test_who_lost_their_phone_comes_back_with_the_paper(phone: Device, another: Callable[..., Device]) -> None:
    code = phone.make()
    new = another()
    new.page.goto(f"{WALLET}/openen")
    new.page.get_by_text("Lukt het niet?").click()
    new.page.get_by_role("link", name="Open uw wallet met uw herstelcode").click()
    new.page.get_by_label("Uw herstelcode").fill(code.lower().replace("0", "o"))
    new.page.get_by_role("button", name="Openen").click()
    expect(new.page.get_by_text("U hebt uw wallet geopend met uw herstelcode.")).to_be_visible()
    new.page.get_by_role("button", name="Nog een passkey maken").click()
    expect(new.page.get_by_text("U kunt uw wallet nu ook met deze passkey openen.")).to_be_visible()
    new.page.get_by_role("button", name="Haal deze passkey weg").first.click()
    new.close()
    new.open()
    new.is_in()
    phone.close()
    phone.open()
    expect(phone.page.get_by_role("alert")).to_contain_text("Bij deze passkey hoort hier geen wallet.")


def test_a_device_without_the_prf_extension_is_led_to_number_and_pin(another: Callable[..., Device]) -> None:
    old = another(hasPrf=False)
    page = old.page
    page.goto(f"{WALLET}/nieuw")
    expect(page.get_by_label("Uw pincode of wachtwoord")).to_be_hidden()
    page.get_by_role("button", name="Maak mijn wallet").click()
    expect(page.get_by_text("Dit apparaat kan dit nog niet.")).to_be_visible()
    page.get_by_label("Uw pincode of wachtwoord").fill("hallo 2026")
    page.get_by_label("Nog een keer").fill("hallo 2026")
    page.get_by_role("button", name="Wallet maken").click()
    number = page.locator("#nummer").inner_text()
    page.get_by_role("link", name="Ik heb het nummer bewaard").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bewaar uw herstelcode")
    page.get_by_role("button", name="Nu niet").click()
    page.wait_for_url("**/ophalen*")
    page.goto(f"{WALLET}/instellingen/openen")
    expect(page.locator("main")).to_contain_text(number)


def test_a_browser_without_passkeys_is_offered_none(chromium: Browser, world: WalletWorld) -> None:
    for options, script in (
        ({"java_script_enabled": False}, ""),
        ({}, "delete window.PublicKeyCredential;"),
        ({}, "PublicKeyCredential.getClientCapabilities = async () => ({'extension:prf': false});"),
    ):
        context = chromium.new_context(locale="nl-NL", **options)  # type: ignore[arg-type]
        if script:
            context.add_init_script(script)
        page = context.new_page()
        for path, button in (("/nieuw", "Maak mijn wallet"), ("/openen", "Open met uw vingerafdruk")):
            page.goto(WALLET + path)
            expect(page.get_by_label("Uw pincode of wachtwoord")).to_be_visible()
            expect(page.get_by_role("button", name=button)).to_be_hidden()
        context.close()


def test_who_is_not_verified_by_the_device_stays_out(phone: Device) -> None:
    phone.make()
    phone.close()
    phone.set_verified(False)
    phone.open()
    expect(phone.page.get_by_text("Het is niet gelukt. Er is niets veranderd.")).to_be_visible()
    phone.page.goto(f"{WALLET}/overzicht")
    phone.page.wait_for_url("**/welkom*")


class Intercepted:
    """The forms that a page sent to an address, held or let through."""

    def __init__(self, page: Page, address: str, *, hold: bool = False) -> None:
        self.forms: list[dict[str, str]] = []
        self._hold = hold
        page.route(address, self._see)

    def _see(self, route: Route) -> None:
        sent = parse_qs(route.request.post_data or "", keep_blank_values=True)
        self.forms.append({name: value for name, (value,) in sent.items()})
        if self._hold:
            route.abort()
        else:
            route.continue_()


def _send(page: Page, action: str, fields: dict[str, str]) -> None:
    """Send a form of this page's session again, as its own script would."""
    page.goto(f"{WALLET}/openen")
    page.evaluate(
        """([action, fields]) => {
            const form = document.querySelector("[data-passkey] form");
            form.action = action;
            for (const [name, value] of Object.entries(fields)) {
                if (name !== "csrf_token" && form.elements[name]) form.elements[name].value = value;
            }
            form.submit();
        }""",
        [action, fields],
    )


REFUSED = "Het openen lukte niet. Probeer het opnieuw."


def test_an_answer_that_was_used_or_was_another_browsers_opens_nothing(
    phone: Device, another: Callable[..., Device]
) -> None:
    phone.make()
    phone.close()
    sent = Intercepted(phone.page, "**/openen/passkey")
    phone.open()
    phone.is_in()
    phone.close()
    (used,) = sent.forms
    assert json.loads(used["antwoord"])["response"]["signature"]
    _send(phone.page, "/openen/passkey", used)
    expect(phone.page.get_by_role("alert")).to_contain_text(REFUSED)
    held = Intercepted(phone.page, "**/openen/passkey", hold=True)
    phone.open()
    phone.page.wait_for_timeout(500)
    (fresh,) = held.forms
    thief = another()
    _send(thief.page, "/openen/passkey", fresh)
    expect(thief.page.get_by_role("alert")).to_contain_text(REFUSED)


def test_another_wallets_passkey_opens_its_own_wallet_and_no_other(
    phone: Device, another: Callable[..., Device]
) -> None:
    phone.make()
    other = another()
    other.make()
    ids = []
    for device in (phone, other):
        device.page.goto(f"{WALLET}/instellingen/openen")
        ids.append(device.page.locator("input[name=id]").first.get_attribute("value"))
        device.close()
    assert ids[0] != ids[1]
    sent = Intercepted(phone.page, "**/openen/passkey", hold=True)
    phone.open()
    phone.page.wait_for_timeout(500)
    (signed,) = sent.forms
    # The signature of the one, with the secret of the other.
    mixed = Intercepted(other.page, "**/openen/passkey", hold=True)
    other.open()
    other.page.wait_for_timeout(500)
    (own,) = mixed.forms
    phone.page.unroute("**/openen/passkey")
    _send(phone.page, "/openen/passkey", {**signed, "prf": own["prf"]})
    expect(phone.page.get_by_role("alert")).to_contain_text("Bij deze passkey hoort hier geen wallet.")


def test_what_another_site_had_signed_opens_nothing(phone: Device, world: WalletWorld) -> None:
    """A page at another address of the same host relays our challenge: the browser says where it was."""
    phone.make()
    phone.close()
    asked: dict[str, Any] = {}

    def take(route: Route) -> None:
        answer = route.fetch()
        asked.update(answer.json())
        route.abort()

    phone.page.route("**/openen/passkey/vraag", take)
    phone.open()
    phone.page.wait_for_timeout(500)
    elsewhere = "http://localhost:1/"
    phone.page.route(
        f"{elsewhere}**", lambda route: route.fulfill(body="<title>evil</title>", content_type="text/html")
    )
    phone.page.goto(elsewhere)
    signed = phone.page.evaluate(
        """async (asked) => {
            const bytes = (t) => Uint8Array.from(atob(t.replace(/-/g, "+").replace(/_/g, "/")), (s) => s.charCodeAt(0));
            const text = (b) => btoa(String.fromCharCode(...new Uint8Array(b)))
                .replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=+$/, "");
            const first = bytes(asked.extensions.prf.eval.first);
            const made = await navigator.credentials.get({ publicKey: {
                ...asked, challenge: bytes(asked.challenge), extensions: { prf: { eval: { first } } } } });
            const response = {};
            for (const name of ["clientDataJSON", "authenticatorData", "signature", "userHandle"]) {
                response[name] = text(made.response[name]);
            }
            const answer = { id: made.id, rawId: text(made.rawId), type: made.type, response };
            const prf = text(made.getClientExtensionResults().prf.results.first);
            return { antwoord: JSON.stringify(answer), prf };
        }""",
        asked,
    )
    _send(phone.page, "/openen/passkey", signed)
    expect(phone.page.get_by_role("alert")).to_contain_text(REFUSED)
