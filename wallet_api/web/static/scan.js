// SPDX-License-Identifier: EUPL-1.2
// Read a QR code with the camera or off a photo: by the browser itself where it can, else by the reader that we bring,
// which is fetched when somebody scans. Without this script a photo is read by the server; pasting the link works always.
"use strict";

(() => {
  const block = document.querySelector("[data-scan]");
  if (!block) return;
  const form = document.querySelector("[data-scan-form]");
  const field = form.elements[block.dataset.scan];
  const camera = block.querySelector("[data-scan-camera]");
  const start = block.querySelector("[data-scan-start]");
  const end = block.querySelector("[data-scan-stop]");
  const video = block.querySelector("video");
  const told = block.querySelector("[data-scan-text]");
  const photo = document.querySelector("[data-scan-photo]");
  const photoTold = photo.querySelector("[data-scan-text]");
  const send = photo.querySelector("[data-scan-send]");
  const canvas = document.createElement("canvas");
  const words = block.dataset;
  const pause = 150;
  // Larger, and a telephone needs seconds; smaller, and a code in a corner of a photo is lost.
  const most = { frame: 960, photo: 2000 };
  let reader;
  let stream;

  async function choose() {
    if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      return async () => (await detector.detect(canvas)).map((found) => found.rawValue);
    }
    const { ZXingWASM } = await import(words.reader);
    await ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => words.program }, fireImmediately: true });
    return async () => {
      const image = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const found = await ZXingWASM.readBarcodes(image, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
      return found.filter((each) => each.isValid).map((each) => each.text);
    };
  }

  function load() {
    reader ??= choose();
    reader.catch(() => {
      reader = undefined;
    });
    return reader;
  }

  /** Draw a picture, not larger than `side`, and return the first code on it; nothing where there is none. */
  async function read(picture, width, height, side) {
    const scale = Math.min(1, side / Math.max(width, height));
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    canvas.getContext("2d", { willReadFrequently: true }).drawImage(picture, 0, 0, canvas.width, canvas.height);
    const [text] = await (await load())();
    return text;
  }

  function found(text) {
    stop();
    field.value = text;
    form.requestSubmit();
  }

  function stop() {
    if (stream) for (const track of stream.getTracks()) track.stop();
    stream = undefined;
    video.srcObject = null;
    video.hidden = end.hidden = true;
    start.hidden = false;
  }

  async function look(mine) {
    while (stream === mine) {
      if (video.videoWidth > 0) {
        const text = await read(video, video.videoWidth, video.videoHeight, most.frame);
        if (text && stream === mine) return found(text);
      }
      await new Promise((go) => setTimeout(go, pause));
    }
  }

  function browser() {
    const name = navigator.userAgent;
    // An iPad says that it is a Mac; no Mac has a touch screen.
    if (/iPhone|iPad/.test(name) || (/Macintosh/.test(name) && navigator.maxTouchPoints > 1)) return "ios";
    if (/Firefox/.test(name)) return "firefox";
    if (/Android/.test(name)) return "android";
    if (/Safari/.test(name) && !/Chrom/.test(name)) return "safari";
    return "other";
  }

  function refused(error) {
    stop();
    const denied = error.name === "NotAllowedError" || error.name === "SecurityError";
    const none = error.name === "NotFoundError" || error.name === "OverconstrainedError";
    told.textContent = denied ? words.denied : none ? words.none : error.name === "NotReadableError" ? words.busy : words.broken;
    if (!denied) return;
    const mine = browser();
    for (const help of block.querySelectorAll("[data-scan-help]")) help.hidden = help.dataset.scanHelp !== mine;
  }

  start.addEventListener("click", async () => {
    for (const help of block.querySelectorAll("[data-scan-help]")) help.hidden = true;
    told.textContent = words.waiting;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
      const mine = stream;
      video.srcObject = stream;
      video.hidden = end.hidden = false;
      start.hidden = true;
      await video.play();
      await load();
      told.textContent = words.looking;
      end.focus();
      await look(mine);
    } catch (error) {
      refused(error);
    }
  });

  end.addEventListener("click", () => {
    stop();
    told.textContent = "";
    start.focus();
  });

  const chooser = photo.querySelector("input[type=file]");
  chooser.addEventListener("change", async () => {
    const [file] = chooser.files;
    if (!file) return;
    stop();
    photoTold.textContent = words.reading;
    try {
      const picture = await createImageBitmap(file);
      const text = await read(picture, picture.width, picture.height, most.photo);
      picture.close();
      if (text) return found(text);
      photoTold.textContent = words.nothing;
    } catch {
      // This browser cannot open or read it: the server may.
      photoTold.textContent = words.send;
      send.hidden = false;
    }
  });

  addEventListener("pagehide", stop);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stop();
  });
  send.hidden = true;
  photo.querySelector("[data-scan-without]").hidden = true;
  camera.hidden = !navigator.mediaDevices;
  block.hidden = false;
})();
