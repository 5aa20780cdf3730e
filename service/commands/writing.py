"""Writing what a command made, for whoever may be reading there at that moment."""

from pathlib import Path

from service.commands.reading import Unusable
from service.whole_files import write_whole


def write_text(path: Path, text: str) -> None:
    """Put a text in the place of a file, so that a reader never sees half of it. Raises Unusable."""
    try:
        write_whole(path, text.encode("utf-8"))
    except OSError as error:
        raise Unusable(f"{path}: cannot be written ({error.strerror})") from error
