"""The program that reads the QR codes on a photo. Run as a file, never imported.

A job is the file as it was sent; the answer is a JSON array of texts. Only three kinds of picture are opened, by their
own decoders. A picture's head says how large it is before any pixel is made, and a JPEG is made smaller while it is
decoded.
"""

import io
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import zxingcpp
from PIL import Image, UnidentifiedImageError

from credentials.errors import MalformedInput
from credentials.killable import do_one_job
from service.photo import PhotoTooLarge

_MEMORY = 512 << 20
_CPU_SECONDS = 8
_FORMATS = ("JPEG", "PNG", "WEBP")
# A telephone of 50 megapixels; more is a picture of something else.
_MAX_PIXELS = 52_000_000
_MAX_SIDE = 16_384
# A code fills a good part of a photo of it: its modules are still many pixels each.
_ENOUGH = (2_048, 2_048)
_MAX_CODES = 8
# The largest QR code there is holds 4,296 characters (ISO/IEC 18004, table 7).
_MAX_CHARACTERS = 4_296


def _work(job: bytes) -> bytes:
    # Our own limit comes first, and says what it is.
    Image.MAX_IMAGE_PIXELS = None
    try:
        picture = Image.open(io.BytesIO(job), formats=_FORMATS)
    except (UnidentifiedImageError, OSError) as error:
        raise MalformedInput("this is no picture of a kind that is read") from error
    width, height = picture.size
    if width * height > _MAX_PIXELS or max(width, height) > _MAX_SIDE:
        raise PhotoTooLarge("the picture has too many pixels")
    picture.draft("L", _ENOUGH)
    grey = _grey(picture)
    texts = _codes(grey)
    if not texts and max(grey.size) > max(_ENOUGH):
        # Of a large picture of noise or print a smaller one says more.
        grey.thumbnail(_ENOUGH)
        texts = _codes(grey)
    return json.dumps([text for text in texts if len(text) <= _MAX_CHARACTERS][:_MAX_CODES]).encode()


def _grey(picture: Image.Image) -> Image.Image:
    """Return a picture without colours, on white where it is see-through."""
    if picture.mode in ("L", "RGB", "YCbCr", "CMYK"):
        return picture.convert("L")
    see_through = picture.convert("LA")
    ground = Image.new("L", see_through.size, 255)
    ground.paste(see_through.getchannel("L"), mask=see_through.getchannel("A"))
    return ground


def _codes(grey: Image.Image) -> list[str]:
    kinds = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    found = zxingcpp.read_barcodes(grey, formats=kinds, text_mode=zxingcpp.TextMode.Plain)
    return [each.text for each in found if each.valid]


if __name__ == "__main__":
    do_one_job(_work, memory=_MEMORY, cpu_seconds=_CPU_SECONDS)
