// SPDX-License-Identifier: EUPL-1.2
// Put a chosen file into the field of its form, where the browser can; pasting its contents works always.
"use strict";

(() => {
  const block = document.querySelector("[data-file]");
  if (!block) return;
  const chooser = block.querySelector("input");
  const field = chooser.form.elements[block.dataset.file];
  // Larger files are refused anyway: reading them would only keep the browser busy.
  const most = 1 << 20;

  chooser.addEventListener("change", async () => {
    const [file] = chooser.files;
    if (file) field.value = file.size > most ? "" : await file.text();
  });
  block.hidden = false;
})();
