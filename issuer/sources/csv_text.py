"""From the bytes of a CSV file to its text: byte order mark, declared encoding, and Excel's first line `sep=;`."""

import codecs
import io
from dataclasses import dataclass
from typing import Final, TextIO, final

from credentials.debts.errors import MalformedSource
from issuer.sources.columns import Columns

MAX_FILE_BYTES: Final = 512 << 20
_STEP: Final = 1 << 20

# What a byte order mark says, and with which declarations that agrees. UTF-32's begins with UTF-16's, hence the order.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32", ()),
    (codecs.BOM_UTF8, "utf-8", ("utf-8", "utf-8-sig")),
    (codecs.BOM_UTF16_LE, "utf-16-le", ("utf-8", "utf-8-sig", "utf-16")),
    (codecs.BOM_UTF16_BE, "utf-16-be", ("utf-8", "utf-8-sig", "utf-16")),
)


@final
@dataclass(frozen=True, slots=True)
class CsvText:
    """The text from its header on, and on which line of the file that begins."""

    text: TextIO
    first_line: int


def text_of(data: bytes, columns: Columns, file: str) -> CsvText:
    """Read the bytes. Raises MalformedSource with the line that is not in the encoding that was declared."""
    if len(data) > MAX_FILE_BYTES:
        raise MalformedSource(file, 0, "", f"larger than {MAX_FILE_BYTES} bytes")
    mark, encoding = _encoding_of(data, columns.encoding, file)
    # Read by pieces: a large file must not stand in memory twice, once as bytes and once as text.
    opened = io.BytesIO(data)
    opened.seek(len(mark))
    return _after_separator_line(io.TextIOWrapper(opened, encoding, newline=""), columns.delimiter, file)


def _encoding_of(data: bytes, declared: str, file: str) -> tuple[bytes, str]:
    """Return the mark and the encoding of all the bytes, each of which is looked at."""
    mark, encoding = b"", declared.removesuffix("-sig")
    for known, name, agrees in _MARKS:
        if data.startswith(known):
            if declared not in agrees:
                raise MalformedSource(file, 1, "", f"the file says that it is {name}, the settings say {declared}")
            mark, encoding = known, name
            break
    else:
        if declared == "utf-16":
            # Without a mark nothing says which of a pair of bytes comes first.
            raise MalformedSource(file, 1, "", "UTF-16 without a byte order mark")
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    try:
        for begin in range(len(mark), len(data), _STEP):
            line += decoder.decode(data[begin : begin + _STEP]).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as place:
        line += place.object[: place.start].decode(encoding, "ignore").count("\n")
        raise MalformedSource(file, line, "", f"not {encoding} text") from None
    return mark, encoding


def _after_separator_line(text: TextIO, delimiter: str, file: str) -> CsvText:
    """Leave out the line by which Excel says what separates cells. It must say what the settings say."""
    begin = text.tell()
    line = text.readline().removesuffix("\n")
    said = line.removesuffix("\r").strip('"')
    if not said.lower().startswith("sep="):
        text.seek(begin)
        return CsvText(text, 1)
    if said[len("sep=") :] != delimiter:
        raise MalformedSource(file, 1, "", "the line sep= names another delimiter than the settings")
    return CsvText(text, 2)
