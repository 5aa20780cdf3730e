#!/usr/bin/env bash
# pandas 2.3.3 with odfpy 1.4.1 (read_excel, engine "odf"): the lines of a cell come as one word, an amount of dollars as
# a bare number.
#
# A line break in a cell is a paragraph of its own in OpenDocument (text:p). Seen: "Damstraat 1" above "1000 AA" becomes
# "Damstraat 11000 AA", a house number that nobody has; the same sheet as XLSX keeps the break. A cell of the type
# currency gives its number and not its office:currency, so that 10.50 US dollars are 10.5 of whatever the reader takes.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check pandas==2.3.3 odfpy==1.4.1 openpyxl==3.1.5 xlsxwriter==3.2.9
cat > show.py <<'PY'
import pandas, xlsxwriter
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
lines = ["Damstraat 1", "1000 AA"]
made, sheet, row = OpenDocumentSpreadsheet(), Table(name="A"), TableRow()
address, amount = TableCell(valuetype="string"), TableCell(valuetype="currency", currency="USD", value="10.5")
for line in lines:
    address.addElement(P(text=line))
amount.addElement(P(text="$ 10.50"))
row.addElement(address); row.addElement(amount); sheet.addElement(row); made.spreadsheet.addElement(sheet)
made.save("a.ods")
book = xlsxwriter.Workbook("a.xlsx"); book.add_worksheet().write(0, 0, "\n".join(lines)); book.close()
ods = pandas.read_excel("a.ods", engine="odf", header=None).values.tolist()
xlsx = pandas.read_excel("a.xlsx", engine="openpyxl", header=None).values.tolist()
print(ods, xlsx)
assert ods == [["Damstraat 11000 AA", 10.5]] and xlsx == [["Damstraat 1\n1000 AA"]]
PY
py/bin/python show.py
