// SPDX-License-Identifier: EUPL-1.2
// Ask the server how things are, and go on when it says so. Without this script the page refreshes itself.
"use strict";

for (const line of document.querySelectorAll("[data-poll]")) {
  const text = line.querySelector("[data-poll-text]");
  const pause = Number(line.dataset.seconds || 2) * 1000;
  let failures = 0;
  let timer;

  async function ask() {
    clearTimeout(timer);
    if (document.hidden) return; // a phone that sleeps asks again when it wakes
    try {
      const answer = await fetch(line.dataset.poll, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (answer.redirected || answer.status === 401) return location.reload();
      const said = await answer.json();
      failures = 0;
      if (typeof said.verder === "string" && said.verder.startsWith("/") && !said.verder.startsWith("//")) {
        return location.assign(said.verder);
      }
      if (said.ververs === true) return location.reload();
      // Only when it changed: a screen reader says it again otherwise.
      if (typeof said.tekst === "string" && text.textContent !== said.tekst) text.textContent = said.tekst;
    } catch {
      failures += 1;
    }
    timer = setTimeout(ask, pause * Math.min(2 ** failures, 8));
  }

  document.addEventListener("visibilitychange", ask);
  timer = setTimeout(ask, pause);
}
