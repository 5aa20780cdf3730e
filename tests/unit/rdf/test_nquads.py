"""The parser takes N-Quads 1.1 and nothing else; what it returns is in canonical form."""

import pytest

from credentials.formats.ldp_vc.rdf import InvalidNQuads, Quad, blank, iri, literal, parse, serialise

TRIPLE = '<urn:s> <urn:p> "o" .'


@pytest.mark.parametrize(
    ("text", "quads"),
    [
        ("", []),
        ("\n\r\n  \t\n", []),
        ("# only words", []),
        (TRIPLE, [("<urn:s>", "<urn:p>", '"o"', "")]),
        (f"{TRIPLE}\n{TRIPLE}\n", [("<urn:s>", "<urn:p>", '"o"', "")]),
        ("<urn:s><urn:p>_:b0.# tight", [("<urn:s>", "<urn:p>", "_:b0", "")]),
        ("\t_:a.b\t<urn:p>  <urn:o>\t_:g-1 .\r\n", [("_:a.b", "<urn:p>", "<urn:o>", "_:g-1")]),
        ("_:0:é·1 <urn:p> <urn:o> <urn:g> .", [("_:0:é·1", "<urn:p>", "<urn:o>", "<urn:g>")]),
        ('<urn:s> <urn:p> "x"@nl-BE .', [("<urn:s>", "<urn:p>", '"x"@nl-BE', "")]),
        ('<urn:s> <urn:p> "1"^^<urn:int> .', [("<urn:s>", "<urn:p>", '"1"^^<urn:int>', "")]),
        (
            '<urn:s> <urn:p> "x"^^<http://www.w3.org/2001/XMLSchema#string> .',
            [("<urn:s>", "<urn:p>", '"x"', "")],
        ),
        (r"<urn:\u00e9> <urn:p> <urn:\U0001F303> .", [("<urn:é>", "<urn:p>", "<urn:\U0001f303>", "")]),
        (r'<urn:s> <urn:p> "\u0041\U00000042\'\"\\\t" .', [("<urn:s>", "<urn:p>", r'"AB' + "'" + r'\"\\\t"', "")]),
        ('<urn:s> <urn:p> "a\u2028b" .', [("<urn:s>", "<urn:p>", '"a\u2028b"', "")]),
        ('<urn:s> <urn:p> "a # b" . # c', [("<urn:s>", "<urn:p>", '"a # b"', "")]),
    ],
)
def test_reads(text: str, quads: list[Quad]) -> None:
    assert parse(text) == quads


@pytest.mark.parametrize(
    "text",
    [
        '<urn:s> <urn:p> "o"',
        '<urn:s> <urn:p> "o" . .',
        '<urn:s> <urn:p> "o" . <urn:s> <urn:p> "o" .',
        '<urn:s> <urn:p> "o" "g" .',
        "<urn:s> <urn:p> .",
        '"s" <urn:p> <urn:o> .',
        "<urn:s> _:p <urn:o> .",
        '<urn:s> "p" <urn:o> .',
        "<s> <urn:p> <urn:o> .",
        "<urn:s> <urn:p> <> .",
        '<urn:s> <urn:p> "o"^^<int> .',
        '<urn:s> <urn:p> "o"^^_:b .',
        '<urn:s> <urn:p> "o"@ .',
        '<urn:s> <urn:p> "o"@nl- .',
        '<urn:s> <urn:p> "o"@1nl .',
        '<urn:s> <urn:p> "o"@nl^^<urn:d> .',
        "<urn:s s> <urn:p> <urn:o> .",
        "<urn:s{> <urn:p> <urn:o> .",
        r"<urn:\u0020> <urn:p> <urn:o> .",
        r"<urn:\u003E> <urn:p> <urn:o> .",
        r"<urn:\t> <urn:p> <urn:o> .",
        r'<urn:s> <urn:p> "\x" .',
        r'<urn:s> <urn:p> "\u00" .',
        r'<urn:s> <urn:p> "\ud800" .',
        r'<urn:s> <urn:p> "\U00110000" .',
        '<urn:s> <urn:p> "a\nb" .',
        '<urn:s> <urn:p> "a .',
        "<urn:s> <urn:p> 'a' .",
        "<urn:s> <urn:p> 1 .",
        "_: <urn:p> <urn:o> .",
        "_:-a <urn:p> <urn:o> .",
        "_:a. <urn:p> <urn:o> .",
        "@prefix e: <urn:e> .",
        "<urn:s> <urn:p> <urn:o> .\x00",
        "\ufeff<urn:s> <urn:p> <urn:o> .",
        "<urn:s>\u00a0<urn:p> <urn:o> .",
    ],
)
def test_refuses(text: str) -> None:
    with pytest.raises(InvalidNQuads):
        parse(text)


def test_a_refusal_says_where_and_not_what() -> None:
    with pytest.raises(InvalidNQuads, match="statement 2 is not N-Quads") as refused:
        parse(f"{TRIPLE}\n<urn:secret> <urn:p>")
    assert "secret" not in str(refused.value)


def test_what_no_grammar_takes_is_refused_at_once() -> None:
    with pytest.raises(InvalidNQuads):
        parse("_:a" + "." * 200_000)
    with pytest.raises(InvalidNQuads):
        parse('<urn:s> <urn:p> "' + r"\\" * 200_000)


@pytest.mark.parametrize(
    ("character", "escaped"),
    [
        ("\b", r"\b"),
        ("\t", r"\t"),
        ("\n", r"\n"),
        ("\f", r"\f"),
        ("\r", r"\r"),
        ('"', r"\""),
        ("\\", r"\\"),
        ("\x00", r"\u0000"),
        ("\x0b", r"\u000B"),
        ("\x1f", r"\u001F"),
        ("\x7f", r"\u007F"),
        ("\ufffe", r"\uFFFE"),
        ("\uffff", r"\uFFFF"),
        ("\x80", "\x80"),
        ("'", "'"),
        ("\u2028", "\u2028"),
        ("\U0001f303", "\U0001f303"),
    ],
)
def test_each_character_has_one_spelling(character: str, escaped: str) -> None:
    assert literal(character) == f'"{escaped}"'
    line = f'<urn:s> <urn:p> "{escaped}" .\n'
    assert serialise(parse(line)) == line
    numbered = f'<urn:s> <urn:p> "\\U{ord(character):08x}" .'
    assert serialise(parse(numbered)) == line


def test_terms_are_written_as_the_canonical_form_has_them() -> None:
    assert literal("x", language="nl") == '"x"@nl'
    assert literal("x", "urn:d") == '"x"^^<urn:d>'
    assert literal("x", "http://www.w3.org/2001/XMLSchema#string") == '"x"'
    quads = [(iri("urn:s"), iri("urn:p"), blank("b0"), iri("urn:g")), (blank("b0"), iri("urn:p"), literal("o"), "")]
    assert serialise(quads) == '<urn:s> <urn:p> _:b0 <urn:g> .\n_:b0 <urn:p> "o" .\n'
    assert parse(serialise(quads)) == quads
