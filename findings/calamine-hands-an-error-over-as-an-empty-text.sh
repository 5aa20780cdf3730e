#!/usr/bin/env bash
# python-calamine 0.5.3: a cell with an error of the spreadsheet (#DIV/0!, #N/A) comes as '', like a cell with nothing.
#
# Seen in XLSX and ODS alike: to_python() gives the empty text for both, and nothing else tells them apart. In a register
# of debts a due date whose formula went wrong is then a debt without a due date, and an amount one that is not there.
# The Rust crate below it has a value of its own for errors. Where an error must refuse a row, this reader cannot be used.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv py && py/bin/pip install --quiet --disable-pip-version-check python-calamine==0.5.3 xlsxwriter==3.2.9
cat > show.py <<'PY'
import zipfile
import xlsxwriter
from python_calamine import CalamineWorkbook
book = xlsxwriter.Workbook("a.xlsx")
book.add_worksheet().write_row(0, 0, ["due", "paid"])
book.worksheets()[0].write_formula(1, 0, "=NA()", None, "#N/A")
book.worksheets()[0].write_number(1, 2, 1)
book.close()
names = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
calc = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
# As LibreOffice 7.4 writes it, an empty cell, and a number.
cells = (
    '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
    'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell><table:table-cell/>'
    '<table:table-cell office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'
)
kind = "application/vnd.oasis.opendocument.spreadsheet"
with zipfile.ZipFile("a.ods", "w") as made:
    made.writestr("mimetype", kind)
    made.writestr(
        "content.xml",
        f'<office:document-content {names} {calc} office:version="1.3"><office:body><office:spreadsheet>'
        f'<table:table table:name="A"><table:table-row>{cells}</table:table-row></table:table>'
        "</office:spreadsheet></office:body></office:document-content>",
    )
    made.writestr(
        "META-INF/manifest.xml",
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" m:version="1.3">'
        f'<m:file-entry m:full-path="/" m:version="1.3" m:media-type="{kind}"/>'
        '<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>',
    )
rows = [CalamineWorkbook.from_path(name).get_sheet_by_index(0).to_python()[-1] for name in ("a.xlsx", "a.ods")]
print(rows)
assert rows == [["", "", 1.0], ["", "", 1.0]]
PY
py/bin/python show.py
