#!/usr/bin/env bash
# PyLD 3.3.0 gives other canonical labels than Oxigraph and rdf-canonize as soon as a blank node refers to itself.
#
# RDFC-1.0, 4.4: hashes of blank nodes decide their labels, and a node's own mention in its quads is replaced like any
# other. Seen: of three nodes in two quads, Oxigraph (pyoxigraph 0.5.10) and rdf-canonize 5.0.0 agree, PyLD numbers the
# self-referring one first. A Data Integrity proof over such a document verifies with the one and not with the other.
# (All datasets without a self-reference that we compared gave the same labels.)
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv py && py/bin/pip install --quiet --disable-pip-version-check pyld==3.3.0 pyoxigraph==0.5.10
npm init -y >/dev/null; npm install --silent --ignore-scripts rdf-canonize@5.0.0
printf '_:a <urn:q> _:c .\n_:b <urn:q> _:b .\n' > data.nq
cat > show.py <<'PY'
from pathlib import Path
import pyoxigraph as ox
from pyld import jsonld
text = Path("data.nq").read_text()
dataset = ox.Dataset(ox.parse(text, format=ox.RdfFormat.N_QUADS))
dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
Path("oxigraph.txt").write_text("".join(sorted(f"{quad} .\n" for quad in dataset)))
options = {"algorithm": "URDNA2015", "inputFormat": "application/n-quads", "format": "application/n-quads"}
Path("pyld.txt").write_text(jsonld.normalize(text, options))
PY
py/bin/python show.py
cat > show.mjs <<'JS'
import fs from 'fs'; import * as rdf from 'rdf-canonize'
fs.writeFileSync('rdf-canonize.txt', await rdf.canonize(fs.readFileSync('data.nq', 'utf8'), { algorithm: 'RDFC-1.0', inputFormat: 'application/n-quads' }))
JS
node show.mjs
for name in oxigraph rdf-canonize pyld; do echo "$name:"; cat "$name.txt"; done
cmp oxigraph.txt rdf-canonize.txt
! cmp --silent oxigraph.txt pyld.txt
