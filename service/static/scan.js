// SPDX-License-Identifier: EUPL-1.2
// Read a QR code with the camera, where the browser can; pasting the link works always.
"use strict";

(async () => {
  const block = document.querySelector("[data-scan]");
  if (!block || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const formats = await BarcodeDetector.getSupportedFormats();
  if (!formats.includes("qr_code")) return;

  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const form = document.querySelector("[data-scan-form]");
  const field = form.elements[block.dataset.scan];
  const button = block.querySelector("[data-scan-start]");
  const video = block.querySelector("video");
  const text = block.querySelector("[data-scan-text]");
  let stream;

  function stop() {
    if (stream) for (const track of stream.getTracks()) track.stop();
    stream = undefined;
    video.hidden = true;
    button.hidden = false;
  }

  async function look() {
    if (!stream) return;
    const found = await detector.detect(video).catch(() => []);
    if (found.length > 0) {
      field.value = found[0].rawValue;
      stop();
      form.requestSubmit();
      return;
    }
    setTimeout(look, 200);
  }

  button.addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      video.hidden = false;
      button.hidden = true;
      text.textContent = block.dataset.looking;
      await video.play();
      look();
    } catch {
      stop();
      text.textContent = block.dataset.denied;
    }
  });
  addEventListener("pagehide", stop);
  block.hidden = false;
})();
