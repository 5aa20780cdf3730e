"""Read the QR codes on a photo that somebody sent: for browsers that cannot read it themselves.

A photo is hostile until it is read: decoders of images have had more holes than any other parser. So it is opened in a
process of its own, without a network, our keys or our files, and killed when it costs too much; nothing of it is kept.
"""

import json
from pathlib import Path
from typing import Final, final

from credentials.errors import MalformedInput
from credentials.killable import Program, RefusedJob, TooCostly

MAX_BYTES: Final = 10_000_000
"""What a telephone's camera makes of a full sheet of print, and half as much again."""
SECONDS: Final = 10.0

_PROGRAM: Final = Path(__file__).with_name("read_process.py")


class UnreadablePhoto(MalformedInput):
    """What was sent is no picture that is read here, or costs too much to read."""

    code = "unreadable_photo"


class PhotoTooLarge(UnreadablePhoto):
    """A picture of more bytes or pixels than are taken."""

    code = "photo_too_large"


@final
class PhotoReader:
    """Reads photos, two at a time at most in each process of the service."""

    def __init__(self, *, program: Path = _PROGRAM, seconds: float = SECONDS) -> None:
        self._program = Program(program, seconds=seconds)

    def __call__(self, photo: bytes) -> tuple[str, ...]:
        """Return what the QR codes on a JPEG, PNG or WebP picture say; nothing where there are none.

        Raises UnreadablePhoto, PhotoTooLarge, or Unavailable when it cannot be read at this moment.
        """
        if len(photo) > MAX_BYTES:
            raise PhotoTooLarge("the photo has too many bytes")
        try:
            answer = self._program.run(photo)
        except RefusedJob as error:
            if error.reason == PhotoTooLarge.code:
                raise PhotoTooLarge("the photo has too many pixels") from error
            raise UnreadablePhoto("this is no picture of a kind that is read") from error
        except TooCostly as error:
            raise UnreadablePhoto("the photo costs too much to read") from error
        return tuple(str(text) for text in json.loads(answer))
