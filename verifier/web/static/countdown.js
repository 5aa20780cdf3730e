// SPDX-License-Identifier: EUPL-1.2
// Count down the last minute of a code, in words that a screen reader hears now and then and not every second.
"use strict";

for (const line of document.querySelectorAll("[data-countdown]")) {
  const text = line.querySelector("[data-countdown-text]");
  const ends = performance.now() + Number(line.dataset.countdown) * 1000;
  const until = text.textContent;
  const spoken = new Set([60, 30, 10]);

  function tick() {
    const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
    line.classList.toggle("bkv-time--short", left <= 60);
    if (left > 60) {
      text.textContent = `${until} Nog ${Math.ceil(left / 60)} minuten.`;
    } else {
      line.setAttribute("aria-live", spoken.has(left) ? "polite" : "off");
      text.textContent = left === 0 ? "De tijd is voorbij." : `Nog ${left} ${left === 1 ? "seconde" : "seconden"}. Kies "Meer tijd" als dat te kort is.`;
    }
    if (left > 0) setTimeout(tick, 1000);
    else setTimeout(() => location.reload(), 1500);
  }

  tick();
}
