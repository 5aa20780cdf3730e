"""Pictures of QR codes, and pictures that are meant to do harm."""

import io
import struct
import zlib
from typing import Final

import qrcode
from PIL import Image

SIDE: Final = 600


def picture(text: str, side: int = SIDE) -> Image.Image:
    """Return a grey picture of the QR code of a text."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    modules = code.get_matrix()
    small = Image.new("L", (len(modules), len(modules)), 255)
    small.putdata([0 if dark else 255 for row in modules for dark in row])
    return small.resize((side, side), Image.Resampling.NEAREST)


def photo(text: str, kind: str = "PNG") -> bytes:
    """Return such a picture as a file."""
    return encoded(picture(text), kind)


def encoded(image: Image.Image, kind: str) -> bytes:
    """Return a picture as a file."""
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def claimed_png(width: int, height: int) -> bytes:
    """Return a small file that says that it is a picture of this size, and holds the pixels of a smaller one."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1 << 20))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def film(text: str, *, frames: int = 2, size: tuple[int, int] = (640, 480)) -> bytes:
    """Return a film (YUV4MPEG2, 4:2:0) of a QR code held before a camera, for a browser's stand-in of one."""
    width, height = size
    frame = Image.new("L", size, 160)
    code = picture(text, height - 60)
    frame.paste(code, ((width - code.width) // 2, 30))
    colourless = bytes([128]) * (width * height // 2)
    header = f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode()
    return header + (b"FRAME\n" + frame.tobytes() + colourless) * frames
