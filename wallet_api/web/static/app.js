// SPDX-License-Identifier: EUPL-1.2
// Let the browser keep what a page without internet needs. Nothing of a citizen's is kept: see worker.js.
"use strict";

(() => {
  const address = "/worker.js";
  if (!("serviceWorker" in navigator)) return;
  // The browser takes no address of a program that did not pass a policy; ours lets this one pass.
  const passed = { createScriptURL: (url) => (url === address ? url : undefined) };
  const worker = globalThis.trustedTypes ? trustedTypes.createPolicy("blauweknop-worker", passed).createScriptURL(address) : address;
  // Where it may not be kept (a private window, full storage) everything works as without.
  addEventListener("load", () => navigator.serviceWorker.register(worker).catch(() => {}));
})();
