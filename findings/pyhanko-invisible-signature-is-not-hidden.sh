#!/usr/bin/env bash
# pyHanko 0.38.0: an "invisible" signature on a PDF/UA document adds a widget annotation that is neither hidden nor
# tagged, so the sealed document is no longer PDF/UA.
#
# ISO 14289-1, 7.18.1: an annotation other than a popup or link is in the structure tree, unless it is hidden or outside
# the crop box. Seen: after sign_pdf with a field name alone, the first page has a widget with /F 132 (print, locked:
# bit 2, hidden, is not set) and no /StructParent. Make the field yourself before sealing, hidden or tagged.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv py && py/bin/pip install --quiet --disable-pip-version-check pyhanko==0.38.0 weasyprint==70.0 pikepdf==10.18.0
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out certificate.pem -subj /CN=seal.example -days 2 2>/dev/null
cat > show.py <<'PY'
import io
import pikepdf
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, sign_pdf
from pyhanko.sign.signers import SimpleSigner
from weasyprint import HTML
plain = io.BytesIO()
HTML(string='<html lang="en"><head><title>T</title></head><body><h1>T</h1></body></html>').write_pdf(plain, pdf_variant="pdf/ua-1")
signer = SimpleSigner.load("key.pem", "certificate.pem")
sealed = sign_pdf(IncrementalPdfFileWriter(plain), PdfSignatureMetadata(field_name="Seal"), signer=signer)
document = pikepdf.open(sealed)
[widget] = document.pages[0].Annots
flags = int(widget.F)
print(f"/Subtype {widget.Subtype}, /F {flags}, hidden {bool(flags & 2)}, in the structure tree {'/StructParent' in widget}")
assert (str(widget.Subtype), flags, "/StructParent" in widget) == ("/Widget", 132, False)
PY
py/bin/python show.py
