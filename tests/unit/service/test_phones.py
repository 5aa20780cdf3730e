"""Telephone numbers become links that a telephone calls; whatever else has digits does not."""

import pytest

from service.phones import first_phone, phone_uri, with_phone_links


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("Bel gratis Geldfit: 0800-8115.", "tel:08008115"),
        ("0800 0000 003", "tel:08000000003"),
        ("070 123 45 67", "tel:+31701234567"),
        ("06-12345678", "tel:+31612345678"),
        ("+31 70 123 45 67", "tel:+31701234567"),
        ("Bel 14 013 of kom langs", "tel:14013"),
        ("bel 112", "tel:112"),
    ],
)
def test_a_number_is_a_link(text: str, uri: str) -> None:
    made = str(with_phone_links(text))
    assert f'href="{uri}"' in made
    assert first_phone(text) in made
    assert phone_uri(first_phone(text)) == uri


@pytest.mark.parametrize(
    "text",
    [
        "op 01-02-2026",
        "€ 1.112,50",
        "zaak CJIB-2023-0501-1003",
        "NL84FICT0000007007",
        "kenmerk 9000000030000003",
        "0800-81152 3",
        "https://example.nl/0800-8115",
        "bel ons",
    ],
)
def test_anything_else_is_left_alone(text: str) -> None:
    assert str(with_phone_links(text)) == text
    assert first_phone(text) == ""


def test_what_stands_around_a_number_is_written_and_not_obeyed() -> None:
    made = str(with_phone_links("<b>Bel</b> 0800-8115 & 'vraag'"))
    assert "<b>" not in made
    assert made.startswith("&lt;b&gt;Bel&lt;/b&gt; <a ")
    assert made.endswith(" &amp; &#39;vraag&#39;")
