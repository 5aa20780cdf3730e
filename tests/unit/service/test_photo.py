"""A photo is read by a process of its own: what is on it comes out, and a hostile one costs a bounded refusal."""

from pathlib import Path

import pytest
from PIL import Image

from credentials.errors import Unavailable
from service.photo import MAX_BYTES, PhotoReader, PhotoTooLarge, UnreadablePhoto
from tests.photo_kit import SIDE, claimed_png, encoded, photo, picture

LINK = "openid4vp://?client_id=x509_hash%3Aabc&request_uri=https%3A%2F%2Fschuldhulp.example%2Fr%2F1"


@pytest.fixture(scope="module")
def read() -> PhotoReader:
    return PhotoReader()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_code_is_read_off_the_kinds_of_picture_that_telephones_make(read: PhotoReader, kind: str) -> None:
    assert read(photo(LINK, kind)) == (LINK,)


def test_a_code_is_read_however_the_camera_was_held(read: PhotoReader) -> None:
    assert read(encoded(picture(LINK).rotate(33, expand=True, fillcolor=255), "JPEG")) == (LINK,)


def test_a_code_on_a_see_through_picture_is_read_as_on_white(read: PhotoReader) -> None:
    ink = picture(LINK)
    see_through = Image.merge("LA", (Image.new("L", ink.size, 0), ink.point(lambda value: 255 - value)))
    assert read(encoded(see_through, "PNG")) == (LINK,)


def test_a_code_is_read_off_a_photo_of_many_megapixels(read: PhotoReader) -> None:
    table = Image.new("L", (6_000, 4_000), 120)
    table.paste(picture(LINK, 1_500), (2_000, 1_000))
    assert read(encoded(table, "JPEG")) == (LINK,)


def test_several_codes_come_out_all(read: PhotoReader) -> None:
    both = Image.new("L", (2 * SIDE, SIDE), 255)
    both.paste(picture(LINK), (0, 0))
    both.paste(picture("https://elders.example/"), (SIDE, 0))
    assert sorted(read(encoded(both, "PNG"))) == ["https://elders.example/", LINK]


def test_a_photo_of_something_else_has_no_codes(read: PhotoReader) -> None:
    assert read(encoded(Image.effect_noise((800, 600), 90), "JPEG")) == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        photo(LINK)[:400],
        photo(LINK, "GIF"),
        photo(LINK, "BMP"),
        photo(LINK, "TIFF"),
        photo(LINK, "EPS"),
        claimed_png(7_000, 7_000),
    ],
    ids=["empty", "text", "svg", "pdf", "head", "cut off", "gif", "bmp", "tiff", "eps", "fewer pixels than said"],
)
def test_what_is_no_picture_of_these_kinds_is_refused(read: PhotoReader, content: bytes) -> None:
    with pytest.raises(UnreadablePhoto) as refused:
        read(content)
    assert not isinstance(refused.value, PhotoTooLarge)


@pytest.mark.parametrize("size", [(20_000, 20_000), (60_000, 2), (2_000_000_000, 2_000_000_000)])
def test_a_picture_that_says_it_is_enormous_is_refused_before_it_is_one(
    read: PhotoReader, size: tuple[int, int]
) -> None:
    with pytest.raises(PhotoTooLarge):
        read(claimed_png(*size))


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(PhotoTooLarge):
        PhotoReader(program=Path("/nowhere"))(bytes(MAX_BYTES + 1))


def test_a_photo_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    program = tmp_path / "slow.py"
    program.write_text("import time; time.sleep(60)")
    with pytest.raises(UnreadablePhoto):
        PhotoReader(program=program, seconds=0.3)(b"x")


def test_a_picture_that_needs_more_memory_than_it_gets_is_refused(read: PhotoReader) -> None:
    with pytest.raises(UnreadablePhoto):
        read(encoded(Image.new("RGB", (8_000, 6_000)), "WEBP"))


def test_readers_that_are_all_busy_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("credentials.killable._QUEUE_SECONDS", 0.01)
    reader = PhotoReader(program=tmp_path / "none.py")
    reader._program._places.acquire()
    reader._program._places.acquire()
    with pytest.raises(Unavailable):
        reader(b"x")
