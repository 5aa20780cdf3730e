"""From a tagged PDF/A-3a to one document that is also PDF/UA-1, holds attachments, and has room for a seal.

WeasyPrint writes one of the two and names attachments twice; an invisible signature field of pyHanko's is neither
hidden nor tagged. So metadata, attachments and field are made here, before anything is signed:

1. Metadata says both standards, with the extension schema that ISO 19005-3 section 6.6.2.3 wants for what it does not
   know itself (`pdfuaid`), and agrees with the document information.
2. Each attachment is a file specification with its relationship, named once in `/AF` (ISO 19005-3 section 6.8).
3. The field is a widget without a size, printed and not hidden (ISO 19005-3 section 6.3.2), with a name for who cannot
   see it, inside a `Form` of the structure tree (ISO 14289-1 section 7.18.1 and 7.18.4).
4. The signature dictionary certifies: no change is allowed after it (ISO 32000-1 section 12.8.2.2, `/P 1`).

Runs in the process that makes the pages. Imports nothing heavy before it is used.
"""

import hashlib
import io
import re
from collections.abc import Sequence
from datetime import UTC
from typing import Final
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from credentials.errors import MalformedInput
from credentials.sealed_pdf.parts import FIELD, Attachment, Description, pdf_date

PRODUCER: Final = "Blauwe Knop"
ROOM: Final = 1 << 14
"""How many bytes a seal may take: certificates, and a time stamp with the certificates of its authority."""

_RANGE: Final = 9_999_999_999  # as wide as any offset that follows in its place
_PRINTED: Final = 4
_LOCKED: Final = 128
_PLACE: Final = re.compile(rb"/ByteRange \[ 0 9999999999 9999999999 9999999999 \]")


def lay_out(pages: bytes, description: Description, attachments: Sequence[Attachment]) -> bytes:
    """Return the whole document but for its seal: the place for it is filled with zeros, or it has none.

    Raises MalformedInput when `pages` is no tagged PDF.
    """
    with pikepdf.open(io.BytesIO(pages)) as pdf:
        if "/StructTreeRoot" not in pdf.Root or "/OutputIntents" not in pdf.Root:
            raise MalformedInput("the pages are not tagged PDF/A")
        _describe(pdf, description)
        _attach(pdf, attachments, pdf_date(description.made_at))
        if description.seal is not None:
            _make_field(pdf, description, description.seal)
        for each in pdf.pages:
            each.obj.Tabs = Name.S  # ISO 14289-1 section 7.18.3: in the order of the structure
        target = io.BytesIO()
        pdf.save(
            target,
            deterministic_id=True,
            min_version="1.7",
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            compress_streams=True,
        )
    return target.getvalue() if description.seal is None else _with_range(target.getvalue())


def _describe(pdf: pikepdf.Pdf, description: Description) -> None:
    made = description.made_at
    stamp = made.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    metadata = pdf.make_stream(
        _XMP.format(
            title=escape(description.title),
            author=escape(description.author),
            language=escape(description.language, {'"': "&quot;"}),
            producer=PRODUCER,
            moment=stamp,
        ).encode("utf-8")
    )
    metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
    pdf.Root.Metadata = metadata
    pdf.Root.Lang = String(description.language)
    for name in list(pdf.docinfo.keys()):
        del pdf.docinfo[name]
    pdf.docinfo["/Title"] = String(description.title)
    pdf.docinfo["/Author"] = String(description.author)
    pdf.docinfo["/Producer"] = String(PRODUCER)
    pdf.docinfo["/CreationDate"] = pdf.docinfo["/ModDate"] = String(pdf_date(made))


def _attach(pdf: pikepdf.Pdf, attachments: Sequence[Attachment], moment: str) -> None:
    specifications = Array()
    names = Array()
    for each in sorted(attachments, key=lambda found: found.name):
        stream = pdf.make_stream(each.content)
        stream.Type, stream.Subtype = Name.EmbeddedFile, Name(f"/{each.media_type}")
        stream.Params = Dictionary(
            Size=len(each.content),
            ModDate=String(moment),
            CheckSum=String(hashlib.md5(each.content, usedforsecurity=False).digest()),
        )
        specification = pdf.make_indirect(
            Dictionary(
                Type=Name.Filespec,
                F=String(each.name),
                UF=String(each.name),
                Desc=String(each.description),
                AFRelationship=Name(f"/{each.relationship.value}"),
                EF=Dictionary(F=stream, UF=stream),
            )
        )
        specifications.append(specification)
        names.append(String(each.name))
        names.append(specification)
    pdf.Root.AF = specifications
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=names))


def _make_field(pdf: pikepdf.Pdf, description: Description, name: str) -> None:
    page = pdf.pages[0].obj
    seal = pdf.make_indirect(
        Dictionary(
            Type=Name.Sig,
            Filter=Name("/Adobe.PPKLite"),
            SubFilter=Name("/ETSI.CAdES.detached"),
            ByteRange=Array([0, _RANGE, _RANGE, _RANGE]),
            Contents=String(bytes(ROOM)),
            M=String(pdf_date(description.made_at)),
            Name=String(description.author),
            Reason=String(description.reason or name),
            Reference=Array(
                [
                    Dictionary(
                        Type=Name.SigRef,
                        TransformMethod=Name.DocMDP,
                        TransformParams=Dictionary(Type=Name.TransformParams, P=1, V=Name("/1.2")),
                    )
                ]
            ),
        )
    )
    widget = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(FIELD),
            TU=String(name),
            Contents=String(name),
            Rect=Array([0, 0, 0, 0]),
            F=_PRINTED | _LOCKED,
            P=page,
            V=seal,
        )
    )
    _tag(pdf, page, widget, name)
    if "/Annots" not in page:
        page.Annots = Array()
    page.Annots.append(widget)
    pdf.Root.AcroForm = Dictionary(Fields=Array([widget]), SigFlags=3)
    pdf.Root.Perms = Dictionary(DocMDP=seal)


def _tag(pdf: pikepdf.Pdf, page: pikepdf.Object, widget: pikepdf.Object, text: str) -> None:
    tree = pdf.Root.StructTreeRoot
    top = tree.K[0] if isinstance(tree.K, Array) else tree.K
    numbers = tree.ParentTree.Nums
    key = 1 + max((int(numbers[place]) for place in range(0, len(numbers), 2)), default=-1)
    form = pdf.make_indirect(
        Dictionary(
            Type=Name.StructElem,
            S=Name.Form,
            P=top,
            Pg=page,
            Alt=String(text),
            K=Dictionary(Type=Name.OBJR, Obj=widget, Pg=page),
        )
    )
    if not isinstance(top.K, Array):
        top.K = Array([top.K])
    top.K.append(form)
    widget.StructParent = key
    numbers.append(key)
    numbers.append(form)
    tree.ParentTreeNextKey = key + 1


def _with_range(document: bytes) -> bytes:
    """Write into the byte range where the place of the seal begins and ends; its width stays."""
    hole = b"<" + b"00" * ROOM + b">"
    begins = document.find(hole)
    found = list(_PLACE.finditer(document))
    if begins < 0 or document.find(hole, begins + 1) >= 0 or len(found) != 1:
        raise MalformedInput("there is not one place for the seal")
    ends = begins + len(hole)
    place = found[0]
    text = f"/ByteRange [ 0 {begins} {ends} {len(document) - ends} ]".encode("ascii")
    return document[: place.start()] + text.ljust(place.end() - place.start()) + document[place.end() :]


_XMP: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 pdfaid:part="3" pdfaid:conformance="A" pdfuaid:part="1" pdf:Producer="{producer}"
 xmp:CreateDate="{moment}" xmp:ModifyDate="{moment}">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Which part of ISO 14289 this document keeps</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>
"""
