"""Anyone's CSV file: UTF-8, UTF-16 or GB 18030 (GBK), comma, semicolon or tab, any line ends."""

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import GeohazardError

_CHUNK = 1 << 20
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")


@contextmanager
def open_table(path: Path) -> Iterator["csv.DictReader[str]"]:
    """Open a table whose first line names its columns; spaces around names do not count.

    Raises
    ------
    GeohazardError
        With the file and the reason, while it is read as well.
    """
    try:
        with path.open(encoding=_encoding(path), newline="") as file:
            first = file.readline()
            file.seek(0)
            reader = csv.DictReader(file, delimiter=max(",;\t", key=first.count))
            reader.fieldnames = [name.strip() for name in reader.fieldnames or ()]
            yield reader
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}"
        raise GeohazardError(msg) from error
    except UnicodeError as error:
        msg = f"cannot read {path}: it is text neither in UTF-8 nor in GB 18030 (GBK)"
        raise GeohazardError(msg) from error
    except csv.Error as error:
        msg = f"cannot read {path}: {error}"
        raise GeohazardError(msg) from error


def need_columns(path: Path, reader: "csv.DictReader[str]", names: tuple[str, ...]) -> None:
    """Refuse a table without a column, or with two of its name.

    Raises
    ------
    GeohazardError
        With the columns that there are.
    """
    have = list(reader.fieldnames or ())
    for name in names:
        if name not in have:
            msg = f"{path} has no column {name!r}; its columns: {', '.join(have) or 'none'}"
            raise GeohazardError(msg)
        if have.count(name) > 1:
            msg = f"{path} has {have.count(name)} columns named {name!r}"
            raise GeohazardError(msg)


def decimal_point(text: str, reader: "csv.DictReader[str]") -> str:
    """Write ``1,5`` as ``1.5`` where commas do not part columns.

    Examples
    --------
    >>> semicolons = csv.DictReader(["a;b"], delimiter=";")
    >>> decimal_point("1,5", semicolons), decimal_point("1,234.5", semicolons)
    ('1.5', '1,234.5')
    """
    if reader.reader.dialect.delimiter != "," and _DECIMAL_COMMA.fullmatch(text):
        return text.replace(",", ".")
    return text


def _encoding(path: Path) -> str:
    """UTF-8 if the whole file is, UTF-16 by its mark, else what spreadsheets in China save."""
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8-sig"
