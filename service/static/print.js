// SPDX-License-Identifier: EUPL-1.2
// Print the page; the button is hidden until this script runs.
"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
