#!/usr/bin/env bash
# segno 1.6.6, make_epc_qr: a payment QR is made for an IBAN with wrong check digits, and spaces in it are kept.
#
# EPC069-12 wants an IBAN as in ISO 13616 (electronic form, without spaces). Seen: only the length is looked at, so a
# banking app shows an error, or nothing, after the citizen has scanned it. The amount loses its last zero
# (EUR214.5), which the standard allows and some readers do not expect, and a name with ë is written as ISO-8859-1
# (character set 2), not UTF-8. Check the IBAN, take the spaces out, and say encoding="utf-8", before calling it.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv py && py/bin/pip install --quiet --disable-pip-version-check segno==1.6.6 zxing-cpp==3.1.1 pillow==13.0.0
cat > show.py <<'PY'
import io
import segno.helpers, zxingcpp
from PIL import Image
def payload(iban: str) -> list[str]:
    picture = io.BytesIO()
    segno.helpers.make_epc_qr("Gemeente Alphën", iban, "214.50", text="8000000020260001").save(picture, kind="png", scale=6)
    return bytes(zxingcpp.read_barcode(Image.open(picture)).bytes).decode("iso-8859-1").split("\n")
wrong, spaced = payload("NL00ABNA0417164300"), payload("NL91 ABNA 0417 1643 00")
print(wrong); print(spaced)
assert (wrong[2], wrong[6], wrong[7]) == ("2", "NL00ABNA0417164300", "EUR214.5") and spaced[6] == "NL91 ABNA 0417 1643 00"
PY
py/bin/python show.py
