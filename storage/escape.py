r"""Line protocol has characters of its own; what comes from outside must not speak it.

Commas, equal signs and spaces are escaped by a backslash. A backslash itself cannot be escaped in a
name, and a line break would end the line, so these and other control characters are
percent-encoded, which keeps different names different.
"""

import re

_MUST_ENCODE = re.compile(r"[\x00-\x1f\x7f\\%\x85\u2028\u2029]")
_MUST_ESCAPE = re.compile(r"([,= ])")


def escape_name(text: str) -> str:
    r"""Write a tag's value or a field's name; an empty one becomes ``unknown``.

    Examples
    --------
    >>> print(escape_name("a b,c=d"))
    a\ b\,c\=d
    >>> escape_name("line\nbreak\\"), escape_name("")
    ('line%0Abreak%5C', 'unknown')
    """
    safe = _MUST_ENCODE.sub(_percent, text.encode("utf-8", "replace").decode())
    return _MUST_ESCAPE.sub(r"\\\1", safe) or "unknown"


def quote_text(text: str) -> str:
    r"""Write a field's text value, in quotes; control characters become spaces.

    Examples
    --------
    >>> print(quote_text('a "b" \\ c'))
    "a \"b\" \\ c"
    """
    safe = re.sub(r"[\x00-\x1f\x7f]", " ", text.encode("utf-8", "replace").decode())
    return '"' + safe.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode())
