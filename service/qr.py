"""QR codes as one SVG path: sharp at any size, readable by a screen reader as an image with a name."""

import functools
from typing import Final

from markupsafe import Markup, escape

MAX_CHARACTERS: Final = 2_000
_QUIET: Final = 4  # modules of white around the code (ISO/IEC 18004, 6.3.8)


@functools.lru_cache(maxsize=512)
def qr_svg(text: str, label: str = "QR-code") -> Markup:
    """Return the QR code of `text` as an inline SVG image named `label`.

    Raises ValueError for text of more than 2,000 characters: hand over a link, not the content.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError("the text is too long for a QR code that phones can read")
    import qrcode  # noqa: PLC0415  # a quarter of a second, for pages that show a code only

    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    modules = code.get_matrix()
    size = len(modules) + 2 * _QUIET
    path = "".join(_row(y + _QUIET, row) for y, row in enumerate(modules))
    return Markup(  # noqa: S704  # numbers of ours, and an escaped label
        f'<svg class="bk-qr__image" role="img" aria-label="{escape(label)}" viewBox="0 0 {size} {size}" '
        f'shape-rendering="crispEdges"><rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path d="{path}" fill="#000"/></svg>'
    )


def _row(y: int, row: list[bool]) -> str:
    """Return the dark runs of one row as `M x y h width v 1 h -width z`."""
    runs: list[str] = []
    start: int | None = None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            runs.append(f"M{start + _QUIET} {y}h{x - start}v1h-{x - start}z")
            start = None
    return "".join(runs)
