#!/usr/bin/env bash
# zxing-cpp 3.1.1 (Python): the text of a payment QR code in ISO-8859-1 with the Dutch word "ÉÉN" (one) in capitals comes
# as "ﾉﾉN", half-width katakana.
#
# ISO/IEC 18004 reads bytes without an ECI as ISO-8859-1, and a payment of EPC069-12 says on its third line which of eight
# character sets it is in; one would expect either. The reader guesses from the bytes instead, and ÉÉ (C9 C9) is Shift JIS
# too. "één" and "CREËERT ÉÉN" come as written, so it shows late. A name in Greek (set 6, ISO-8859-7) comes in Latin letters,
# which no reader can know that does not look at the third line. Where a payment is checked or shown, decode `bytes` as
# that line says; who makes one writes UTF-8 (set 1), which came through in all cases here.
#
# Seen: "BETALING IN ﾉﾉN KEER" for set 2, "BETALING IN ÉÉN KEER" for set 1; the bytes are right in both.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv py && py/bin/pip install --quiet --disable-pip-version-check segno==1.6.6 zxing-cpp==3.1.1 pillow==13.0.0
cat > show.py <<'PY'
import io
import segno.helpers, zxingcpp
from PIL import Image
SETS = {"1": "utf-8", "2": "iso-8859-1", "6": "iso-8859-7"}
def last_line(text: str, encoding: str) -> str:
    picture = io.BytesIO()
    payment = segno.helpers.make_epc_qr("Gemeente Voorbeeld", "NL91ABNA0417164300", "214.51", text=text, encoding=encoding)
    payment.save(picture, kind="png", scale=6)
    code = zxingcpp.read_barcode(Image.open(picture))
    stated = SETS[code.text.split("\n")[2]]
    assert stated == encoding and bytes(code.bytes).decode(stated).split("\n")[-1] == text
    return code.text.split("\n")[-1]
for text, encoding, expected in (
    ("Betaling in één keer", "iso-8859-1", "Betaling in één keer"),
    ("CREËERT ÉÉN", "iso-8859-1", "CREËERT ÉÉN"),
    ("BETALING IN ÉÉN KEER", "iso-8859-1", "BETALING IN ﾉﾉN KEER"),
    ("BETALING IN ÉÉN KEER", "utf-8", "BETALING IN ÉÉN KEER"),
    ("Δήμος Αθηναίων", "iso-8859-7", "Δήμος Αθηναίων".encode("iso-8859-7").decode("iso-8859-1")),
    ("Δήμος Αθηναίων", "utf-8", "Δήμος Αθηναίων"),
):
    seen = last_line(text, encoding)
    print(f"{text} in {encoding}: {seen}")
    assert seen == expected
PY
py/bin/python show.py
