"""Pages, their texts and figures, their files and their codes."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from jinja2 import UndefinedError
from starlette.responses import Response
from starlette.testclient import TestClient

from service import i18n
from service.assets import Assets
from service.pages import Link, Pages, PartyFace
from service.problems import ProblemMap
from service.qr import qr_svg
from service.web import SCANNING, assemble, pages_app

FACE = PartyFace(
    name="Gemeente <Proef>", kind="issuer", demo=True, languages=("nl", "en"), menu=(Link(text="Overzicht", href="/"),)
)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    pages = Pages("service", party=FACE)
    app: FastAPI = pages_app(problems=ProblemMap(), pages=pages)
    pages.install(app)

    @app.get("/")
    def home(request: Request) -> Response:
        return pages.render(request, "styleguide.html", date=date(2026, 12, 14), form_targets=["https://digid.nl"])

    @app.get("/scan")
    def scan(request: Request) -> Response:
        return pages.render(request, "styleguide.html", date=date(2026, 12, 14), headers=SCANNING)

    @app.get("/kapot")
    def broken() -> Response:
        raise RuntimeError("999990019")

    with TestClient(assemble(pages=app)) as made:
        yield made


def test_a_page_has_one_heading_a_language_and_a_way_past_the_menu(client: TestClient) -> None:
    html = client.get("/").text
    assert html.count("<h1") == 1
    assert '<html lang="nl"' in html
    assert 'href="#inhoud"' in html
    assert 'id="inhoud"' in html
    assert "Gemeente &lt;Proef&gt;" in html
    assert 'aria-current="page"' in html


def test_a_page_holds_no_inline_script_style_or_foreign_address(client: TestClient) -> None:
    html = client.get("/").text
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert "<style" not in html
    assert not re.search(r"\s(style|on\w+)=", html)
    assert not re.search(r'(src|href)="(https?:)?//', html)


def test_every_field_has_a_label(client: TestClient) -> None:
    html = client.get("/").text
    labelled = set(re.findall(r'<label[^>]*\sfor="([^"]+)"', html))
    fields = re.findall(r'<(?:input|select|textarea)(?![^>]*type="(?:hidden|radio|checkbox)")[^>]*\sid="([^"]+)"', html)
    assert fields
    assert set(fields) <= labelled


def test_static_files_are_named_by_their_content_and_kept_for_ever(client: TestClient) -> None:
    html = client.get("/").text
    found = re.search(r'href="(/static/blauweknop\.[0-9a-f]{12}\.css)"', html)
    assert found
    answer = client.get(found[1])
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    plain = client.get(found[1], headers={"accept-encoding": "identity"})
    assert plain.content == answer.content
    assert client.get("/static/blauweknop.css").status_code == 404
    assert client.get("/static/../pages.py").status_code == 404


def test_a_form_may_lead_on_to_where_the_page_says(client: TestClient) -> None:
    assert "form-action 'self' https://digid.nl;" in client.get("/").headers["content-security-policy"]
    assert "form-action 'self';" in client.get("/scan").headers["content-security-policy"]


def test_the_camera_is_on_where_one_scans_only(client: TestClient) -> None:
    assert "camera=(self)" in client.get("/scan").headers["permissions-policy"]
    assert "camera=()" in client.get("/").headers["permissions-policy"]


def test_webassembly_runs_where_one_scans_only(client: TestClient) -> None:
    assert "script-src 'self' 'wasm-unsafe-eval';" in client.get("/scan").headers["content-security-policy"]
    assert "script-src 'self';" in client.get("/").headers["content-security-policy"]


def test_a_problem_is_a_page_that_says_what_to_do(client: TestClient) -> None:
    missing = client.get("/bestaat-niet")
    assert missing.status_code == 404
    assert "Deze pagina is er niet" in missing.text
    broken = client.get("/kapot")
    assert broken.status_code == 500
    assert "Er ging iets mis bij ons" in broken.text
    assert "999990019" not in broken.text


def test_a_language_is_chosen_and_kept(client: TestClient) -> None:
    answer = client.get("/taal?taal=en&terug=/scan", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/scan")
    html = client.get("/").text
    assert '<html lang="en"' in html
    assert "Skip to content" in html
    assert "Step 2 of 4" in html
    client.cookies.clear()


@pytest.mark.parametrize("target", ["//kwaad.nl", "https://kwaad.nl", "/\\kwaad.nl", "kwaad", "/a\\b", ""])
def test_the_choice_of_language_leads_nowhere_else(client: TestClient, target: str) -> None:
    answer = client.get("/taal", params={"taal": "xx", "terug": target}, follow_redirects=False)
    assert answer.headers["location"] == "/"
    assert "set-cookie" not in answer.headers


def test_a_missing_value_is_an_error_and_not_an_empty_place() -> None:
    with pytest.raises(UndefinedError):
        Pages("service", party=FACE).fragment("styleguide.html")


def test_every_text_of_the_shell_has_its_english() -> None:
    folder = Path(i18n.__file__).parent
    catalogue = i18n.Catalogue.read([folder / "locale"])
    for template in ("base.html", "macros.html", "problem.html"):
        text = re.sub(r"\{#.*?#\}", "", (folder / "templates" / template).read_text("utf-8"), flags=re.DOTALL)
        for found in re.findall(r'_\("([^"]+)"', text):
            assert catalogue.has(found, "en"), found


def test_a_later_folder_replaces_a_file(tmp_path: Path) -> None:
    for name, content in (("een", "a{}"), ("twee", "b{}")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.css").write_text(content)
    assets = Assets([tmp_path / "een", tmp_path / "twee"])
    assert assets.url("x.css") == Assets([tmp_path / "twee"]).url("x.css")
    assert not assets.has("y.css")
    with pytest.raises(KeyError):
        assets.url("y.css")


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "€\u00a00,00"),
        (5, "€\u00a00,05"),
        (128450, "€\u00a01.284,50"),
        (-1250, "€\u00a0\u221212,50"),
        (123456789012, "€\u00a01.234.567.890,12"),
        (None, "–"),
    ],
)
def test_amounts_are_written_as_one_writes_them(cents: int | None, text: str) -> None:
    assert i18n.euro(cents) == text


def test_days_and_moments_are_those_of_amsterdam() -> None:
    assert i18n.day(date(2026, 12, 14)) == "14\u00a0december 2026"
    assert i18n.short_day(date(2026, 3, 1)) == "1\u00a0maart"
    assert i18n.day(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "1\u00a0januari 2027"
    assert i18n.moment(datetime(2026, 7, 1, 7, 5, tzinfo=UTC)) == "1\u00a0juli 2026 om 09:05 uur"
    assert i18n.clock_time(datetime(2026, 12, 1, 8, 5, tzinfo=UTC)) == "09:05"
    assert i18n.day(None) == i18n.moment(None) == i18n.short_day(None) == i18n.clock_time(None) == "–"


def test_figures_follow_the_language() -> None:
    token = i18n.language.set("en")
    assert i18n.euro(128450) == "€\u00a01,284.50"
    assert i18n.moment(datetime(2026, 7, 1, 7, 5, tzinfo=UTC)) == "1\u00a0July 2026 at 09:05"
    i18n.language.reset(token)


def test_a_noun_follows_its_number() -> None:
    assert i18n.plural(1, "organisatie", "organisaties") == "1\u00a0organisatie"
    assert i18n.plural(0, "organisatie", "organisaties") == "0\u00a0organisaties"


def test_a_qr_code_is_one_path_with_a_name() -> None:
    svg = qr_svg("openid4vp://?x=1", 'Code "A"')
    assert svg.count("<path") == 1
    assert "Code &#34;A&#34;" in svg
    assert qr_svg("openid4vp://?x=1", 'Code "A"') is svg
    with pytest.raises(ValueError, match="too long"):
        qr_svg("x" * 2_001)


def test_a_qr_code_says_what_was_put_in() -> None:
    """The path is drawn by us, so it is compared with the library's own modules."""
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=0)
    code.add_data("https://voorbeeld.nl/o/1")
    code.make(fit=True)
    drawn: set[tuple[int, int]] = set()
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", qr_svg("https://voorbeeld.nl/o/1")):
        drawn |= {(int(x) + step - 4, int(y) - 4) for step in range(int(width))}
    assert drawn == {(x, y) for y, row in enumerate(code.get_matrix()) for x, dark in enumerate(row) if dark}
