// SPDX-License-Identifier: EUPL-1.2
// Make a passkey, or open with one, where the browser can. Without this script the page offers its other way.
"use strict";

(() => {
  const block = document.querySelector("[data-passkey]");
  if (!block || !window.PublicKeyCredential || !navigator.credentials) return;
  const form = block.querySelector("form");
  const start = block.querySelector("[data-passkey-start]");
  const said = block.querySelector("[data-passkey-said]");
  const other = document.querySelector("[data-passkey-else]");

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const ids = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));
  const prf = (extensions) => ({ prf: { eval: { first: bytes(extensions.prf.eval.first) } } });
  const output = (made) => made.getClientExtensionResults().prf?.results?.first;

  const creation = (asked) => ({
    publicKey: {
      ...asked,
      challenge: bytes(asked.challenge),
      user: { ...asked.user, id: bytes(asked.user.id) },
      excludeCredentials: ids(asked.excludeCredentials),
      extensions: prf(asked.extensions),
    },
  });
  const request = (asked) => ({
    publicKey: {
      ...asked,
      challenge: bytes(asked.challenge),
      allowCredentials: ids(asked.allowCredentials),
      extensions: prf(asked.extensions),
    },
  });
  // What is handed in is the signed answer; the output of the PRF goes beside it, in a field of its own.
  const answer = (made) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (made.response[name]) response[name] = text(made.response[name]);
    }
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} });
  };

  const say = (what) => {
    said.textContent = what;
  };
  const useless = async (made, rpId) => {
    say(block.dataset.unable);
    if (other) other.open = true;
    // The device may throw away at once what opens nothing.
    await window.PublicKeyCredential.signalUnknownCredential?.({ rpId, credentialId: made.id })?.catch(() => {});
  };

  const make = async (asked) => {
    const made = await navigator.credentials.create(creation(asked.maken));
    let found = output(made);
    if (!found && made.getClientExtensionResults().prf?.enabled) {
      // Some devices give the output only when they are asked.
      say(block.dataset.again);
      const again = request(asked.openen);
      again.publicKey.allowCredentials = [{ type: "public-key", id: made.rawId }];
      const opened = await navigator.credentials.get(again);
      found = output(opened);
      form.elements.tweede.value = answer(opened);
    }
    return [made, found, asked.maken.rp.id];
  };
  const open = async (asked) => {
    const made = await navigator.credentials.get(request(asked));
    return [made, output(made), asked.rpId];
  };

  start.addEventListener("click", async () => {
    start.disabled = true;
    say(block.dataset.busy);
    try {
      const headers = { "x-csrf-token": form.elements.csrf_token.value };
      const told = await fetch(block.dataset.ask, { method: "POST", headers, redirect: "error" });
      if (!told.ok) throw new Error("not told what to ask");
      const asked = await told.json();
      const [made, found, rpId] = await (block.dataset.passkey === "create" ? make(asked) : open(asked));
      if (!found) {
        await useless(made, rpId);
        return;
      }
      form.elements.antwoord.value = answer(made);
      form.elements.prf.value = text(found);
      form.submit();
    } catch (error) {
      say(error.name === "InvalidStateError" ? block.dataset.there : block.dataset.failed);
    } finally {
      start.disabled = false;
    }
  });

  const appear = (able) => {
    block.hidden = !able;
    if (able && other && !("keep" in other.dataset)) other.open = false;
  };
  const capabilities = window.PublicKeyCredential.getClientCapabilities?.() ?? Promise.resolve({});
  capabilities.then((can) => appear(can["extension:prf"] !== false), () => appear(true));
})();
