// SPDX-License-Identifier: EUPL-1.2
// Let the browser find a wallet by itself, where it can (Digital Credentials API). The QR code works without this.
"use strict";

const able = "DigitalCredential" in window && navigator.credentials && typeof navigator.credentials.get === "function";

for (const place of able ? document.querySelectorAll("[data-browser-wallet]") : []) {
  const button = place.querySelector("button");
  const said = place.querySelector("[role=status]");
  const address = place.dataset.browserWallet;

  async function ask() {
    const answer = await fetch(`${address}/browservraag`, { headers: { accept: "application/json" } });
    const { requests, verder } = await answer.json();
    if (!answer.ok) return location.assign(verder);
    const found = await navigator.credentials.get({ mediation: "required", digital: { requests } });
    const data = typeof found.data === "string" ? JSON.parse(found.data) : found.data;
    const taken = await fetch(`${address}/browserantwoord`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf-token": place.dataset.token },
      body: JSON.stringify({ protocol: found.protocol, data }),
    });
    return location.assign((await taken.json()).verder);
  }

  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = "Volg de stappen in uw browser.";
    try {
      await ask();
    } catch {
      said.textContent = "Er is niets gedeeld. Probeer het opnieuw, of gebruik de QR-code.";
    }
    button.disabled = false;
  });
  place.hidden = false;
}
