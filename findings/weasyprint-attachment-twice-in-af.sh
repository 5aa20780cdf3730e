#!/usr/bin/env bash
# WeasyPrint 70.0: a file attached to a PDF/A-3 stands twice in the document's /AF, and a PDF/UA has it not at all;
# no variant makes both at once.
#
# ISO 19005-3, 6.8: each embedded file is associated once, by /AF, with its relationship. Seen: pdf_variant="pdf/a-3b"
# and "pdf/a-3a" list it twice and declare PDF/A only; "pdf/ua-1" declares PDF/UA only and leaves /AF out. One document
# that is both readable by everyone and an archive of its data has to be mended after WeasyPrint has written it.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv py && py/bin/pip install --quiet --disable-pip-version-check weasyprint==70.0 pikepdf==10.18.0
cat > show.py <<'PY'
import io
import pikepdf
from weasyprint import HTML, Attachment
def look(variant):
    target = io.BytesIO()
    card = Attachment(string='{"saldo": 299880}', name="overview.json", relationship="Data")
    page = '<html lang="en"><head><title>Overview</title></head><body><h1>Overview</h1></body></html>'
    HTML(string=page).write_pdf(target, pdf_variant=variant, pdf_tags=True, attachments=[card])
    document = pikepdf.open(target)
    root = document.Root
    metadata = root.Metadata.read_bytes().decode()
    return [str(each.UF) for each in root.get("/AF", [])], "pdfaid:part" in metadata, "pdfuaid:part" in metadata
seen = {variant: look(variant) for variant in ("pdf/a-3b", "pdf/a-3a", "pdf/ua-1")}
for variant, (files, archive, accessible) in seen.items():
    print(f"{variant}: /AF {files}, PDF/A {archive}, PDF/UA {accessible}")
twice = ["overview.json", "overview.json"]
assert seen == {"pdf/a-3b": (twice, True, False), "pdf/a-3a": (twice, True, False), "pdf/ua-1": ([], False, True)}
PY
py/bin/python show.py
