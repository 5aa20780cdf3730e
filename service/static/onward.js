// SPDX-License-Identifier: EUPL-1.2
// Go on to the next page after a moment. Without this script nobody is sent on: the page has a button that does the same.
"use strict";

for (const line of document.querySelectorAll("[data-onward]")) {
  const next = new URL(line.dataset.onward, location.href);
  if (next.protocol !== "https:" && next.protocol !== "http:") continue;
  line.hidden = false;
  // In place of this page, so that the button that goes back does not lead to a page that sends one on again.
  setTimeout(() => location.replace(next.href), Number(line.dataset.seconds) * 1000);
}
