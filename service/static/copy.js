// SPDX-License-Identifier: EUPL-1.2
// Copy the value of a field; the button is hidden until this script runs.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const told = button.closest(".bk-copy").querySelector("[data-copied]");
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      told.textContent = button.dataset.done;
    } catch {
      field.focus();
      field.select();
    }
  });
}
