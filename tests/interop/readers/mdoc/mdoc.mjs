// Reads a DeviceResponse with @auth0/mdl: node mdoc.mjs FOLDER AUDIENCE NONCE RESPONSE_URI THUMBPRINT, with the response in
// base64url on standard input. FOLDER holds root.pem; the last argument is empty for an answer in the clear.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Verifier } from "@auth0/mdl";

const [folder, audience, nonce, address, thumbprint] = process.argv.slice(2);

const head = (major, size) =>
  size < 24
    ? Buffer.from([(major << 5) | size])
    : size < 256
      ? Buffer.from([(major << 5) | 24, size])
      : Buffer.from([(major << 5) | 25, size >> 8, size & 255]);
const text = (value) => Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
const bytes = (value) => Buffer.concat([head(2, value.length), value]);
const array = (...items) => Buffer.concat([head(4, items.length), ...items]);
const nothing = Buffer.from([0xf6]);

// OpenID4VP 1.0 appendix B.2.6.1, made here by hand: the library's own helper knows an older draft.
const key = thumbprint ? bytes(Buffer.from(thumbprint, "base64url")) : nothing;
const info = array(text(audience), text(nonce), key, text(address));
const handover = array(text("OpenID4VPHandover"), bytes(createHash("sha256").update(info).digest()));
const transcript = array(nothing, nothing, handover);
// The library takes it as embedded CBOR.
const embedded = Buffer.concat([Buffer.from([0xd8, 24]), bytes(transcript)]);

try {
  const response = Buffer.from(readFileSync(0, "utf8").trim(), "base64url");
  const verifier = new Verifier([readFileSync(`${folder}/root.pem`, "utf8")]);
  const read = await verifier.verify(response, { encodedSessionTranscript: embedded });
  const [document] = read.documents;
  const elements = document.issuerSigned.nameSpaces[document.docType] ?? [];
  const told = Object.fromEntries(elements.map((item) => [item.elementIdentifier, item.elementValue]));
  const plain = (_, value) => (value instanceof Map ? Object.fromEntries(value) : value);
  console.log(JSON.stringify({ type: document.docType, claims: told }, plain));
} catch (error) {
  console.log(`refused: ${error.message ?? error}`);
  process.exit(1);
}
