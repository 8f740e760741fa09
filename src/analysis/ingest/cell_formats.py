"""Number formats of an .xlsx that show a cell otherwise than its value: a month for a day, a percentage or millions for a number."""

import re
import zipfile
from typing import Literal
from unicodedata import normalize

from defusedxml.ElementTree import fromstring

Shown = Literal["month", "year", "scaled"]

_STYLES = "xl/styles.xml"
_BUILT_IN = {9: "0%", 10: "0.00%", 17: "mmm-yy"}  # the others show the value, or a day with its month
_ASIDE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # what a format prints as it stands, spaces, colours and languages
_DIVIDED = re.compile(r"[0#?],+(?![,0#?])")  # shown in thousands or millions: the word behind it is true
_SCALE_WORD = re.compile(r"\b(?:triệu|tr|tỷ|tỉ|nghìn|ngàn)\b")


def telling_formats(archive: zipfile.ZipFile) -> dict[int, str]:
    """Style number of a cell → its format, for the formats that ``shown_as`` knows. Raises ``ParseError`` for styles that are no XML."""
    member = next((name for name in archive.namelist() if name.casefold() == _STYLES), None)
    if member is None:
        return {}
    root = fromstring(archive.read(member))
    own = {int(one.attrib["numFmtId"]): one.attrib.get("formatCode", "") for one in root.iterfind("{*}numFmts/{*}numFmt")}
    used = [int(style.attrib.get("numFmtId", 0)) for style in root.iterfind("{*}cellXfs/{*}xf")]
    codes = {style: own.get(number, _BUILT_IN.get(number, "")) for style, number in enumerate(used)}
    return {style: code for style, code in codes.items() if shown_as(code)}


def shown_as(code: str) -> Shown | None:
    """What a format shows in place of the value: the month or year of a day, a number with % or a word of scale; None for all others."""
    first = code.split(";")[0]
    if "%" in first or (_SCALE_WORD.search(normalize("NFC", first).casefold()) and not _DIVIDED.search(_ASIDE.sub("", first))):
        return "scaled"
    letters = _ASIDE.sub("", first).casefold()
    if "y" not in letters or set(letters) & set("dhs0#?"):
        return None
    return "month" if "m" in letters else "year"
