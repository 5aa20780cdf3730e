// SPDX-License-Identifier: EUPL-1.2
// A button that prints the page; it appears when scripts run.
"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
