"""Text typed with TCVN3 (.VnTime) or VNI (VNI-Times) fonts, recognised by its syllables and turned into Unicode; Unicode is never touched."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["unicode", "tcvn3", "vni", "unknown"]

CLEAR_WORDS_NEEDED = 3  # of one encoding in a file: fewer may be a slip of the hand or a foreign name
MOSTLY = 0.75  # of the accented words of a text: the others may be misspelt or foreign
LEAD = 0.5  # by which a reading must beat the others where it does not explain every word

_TEXT_JUDGED = 200_000  # characters of a single-byte file read to tell its encoding

_TCVN3_LETTERS = (
    ("A1", "ĂÂÊÔƠƯĐăâêôơưđ"),
    ("B5", "àảãáạ"),
    ("BB", "ằẳẵắ"),
    ("C6", "ặầẩẫấ"),
    ("CB", "ậè"),
    ("CE", "ẻẽéẹềểễếệìỉ"),
    ("DC", "ĩíịò"),
    ("E1", "ỏõóọồổỗốộờởỡớợù"),
    ("F1", "ủũúụừửữứựỳỷỹýỵ"),
)
_TCVN3 = {int(start, 16) + step: letter for start, letters in _TCVN3_LETTERS for step, letter in enumerate(letters)}

_VNI_TONES = dict(zip("øûõùï", "\u0300\u0309\u0303\u0301\u0323", strict=True))
_VNI_MARKS = {
    **dict.fromkeys("aeouyôö", _VNI_TONES),
    "a": _VNI_TONES
    | {"â": "\u0302", "à": "\u0302\u0300", "å": "\u0302\u0309", "ã": "\u0302\u0303", "á": "\u0302\u0301", "ä": "\u0302\u0323"}
    | {"ê": "\u0306", "è": "\u0306\u0300", "ú": "\u0306\u0309", "ü": "\u0306\u0303", "é": "\u0306\u0301", "ë": "\u0306\u0323"},
    **dict.fromkeys(
        "eo", _VNI_TONES | {"â": "\u0302", "à": "\u0302\u0300", "å": "\u0302\u0309", "ã": "\u0302\u0303", "á": "\u0302\u0301", "ä": "\u0302\u0323"}
    ),
}
_VNI_BASES = {"ô": "ơ", "ö": "ư"}
_VNI_SINGLE = {"æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ñ": "đ", "ô": "ơ", "ö": "ư"}


def _vni_pairs() -> dict[str, str]:
    pairs = dict(_VNI_SINGLE)
    for base, marks in _VNI_MARKS.items():
        for mark, combining in marks.items():
            pairs[base + mark] = unicodedata.normalize("NFC", _VNI_BASES.get(base, base) + combining)
    for capital in (str.upper, str.capitalize):
        pairs |= {capital(pair): letter.upper() for pair, letter in pairs.items()}
    return pairs


_VNI = _vni_pairs()
_VNI_PAIR = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))

_BEYOND_FONTS = re.compile("[\u0100-\u017f\u01a0\u01a1\u01af\u01b0\u0300-\u036f\u1e00-\u1eff]")  # letters no legacy font can hold in Latin-1
_WORD = re.compile(r"[^\s\x00-\x40\x5b-\x60\x7b-\x7f–—‘’“”…]+")
_HAS_PLAIN_LETTER = re.compile("[A-Za-z]")
_ABBREVIATION = re.compile("[BCDĐGHKLMNPQRSTVXÂĂÊÔƠƯAEIOUY]{1,6}")

_STOP = "c|ch|p|t"
_RIMES = (
    "a|ac|ach|ai|am|an|ang|anh|ao|ap|at|au|ay|ăc|ăk|ăm|ăn|ăng|ăp|ăt|âc|âm|ân|âng|âp|ât|âu|ây|e|ec|em|en|eng|eo|ep|et|ê|êch|êm|ên|ênh|êp|êt|êu|"
    "i|ia|ich|iêc|iêm|iên|iêng|iêp|iêt|iêu|im|in|inh|ip|it|iu|o|oa|oac|oach|oai|oam|oan|oang|oanh|oao|oap|oat|oay|oăc|oăm|oăn|oăng|oăt|oc|oe|oen|oeo|oet|"
    "oi|om|on|ong|ooc|oong|op|ot|ô|ôc|ôi|ôm|ôn|ông|ôp|ôt|ơ|ơi|ơm|ơn|ơp|ơt|u|ua|uân|uâng|uât|uây|uc|uê|uêch|uênh|ui|um|un|ung|uôc|uôi|uôm|uôn|uông|uôt|"
    "up|ut|uơ|uy|uya|uych|uyên|uyêt|uynh|uyn|uyt|uyu|ư|ưa|ưc|ưi|ưm|ưn|ưng|ươc|ươi|ươm|ươn|ương|ươp|ươt|ươu|ưt|ưu|y|yêm|yên|yêng|yêt|yêu"
)
_AFTER_Q = "ua|uac|uach|uai|uan|uang|uanh|uao|uat|uau|uay|uăc|uăm|uăn|uăng|uăp|uăt|uân|uâng|uât|uây|ue|uen|ueo|uet|uê|uên|uêch|uênh|uêt|uơ|uôc|" + (
    "uy|uyên|uyêt|uynh|uych|uyt|uyu|uyn|ui|uit"
)
_ONSETS = "b|ch|d|đ|gi|h|l|m|n|nh|ph|p|r|s|th|tr|t|v|x|kh"
_BACK, _FRONT = "aăâoôơuư", "eêiy"
_SYLLABLE = re.compile(
    rf"(?:(?:{_ONSETS})?(?:{_RIMES})|(?:c|g|ng)(?=[{_BACK}])(?:{_RIMES})|(?:k|gh|ngh)(?=[{_FRONT}])(?:{_RIMES})|gi?(?:n|êng|êc|êt|m)?|q(?:{_AFTER_Q}))"
)
_STOPPED = re.compile(rf".*[aăâeêioôơuưy](?:{_STOP})")
_TONE_ON_GLIDE = re.compile("(?:[ae\u0302\u0306\u031b][iouy]|oi|(?<!q)ui)[\u0300\u0301\u0303\u0309\u0323]")  # “baõ”: only VNI writes so
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_AFTER_STOP = frozenset("\u0301\u0323")


class UndecodableBytes(ValueError):
    """The bytes are in none of the encodings that Vietnamese offices use."""


@dataclass(frozen=True)
class Conversion:
    """``texts`` in Unicode, each with its kind as received; ``unknown`` texts could not be told and are left as they are.

    ``kind`` is what the whole was typed with: a legacy encoding as soon as one is found.
    """

    kind: Kind
    texts: tuple[str, ...]
    kinds: tuple[Kind, ...]


def to_unicode(texts: Sequence[str]) -> Conversion:
    """The texts of one file in Unicode. Each text is judged by its own syllables, but converted only where the file shows enough of that encoding."""
    readings = [_reading(text) for text in texts]
    clear: dict[Kind, set[str]] = {"tcvn3": set(), "vni": set()}
    for text, possible in zip(texts, readings, strict=True):
        if len(possible) == 1 and possible[0] in clear:
            clear[possible[0]] |= _telling_words(text, possible[0])
    proven = [kind for kind, words in clear.items() if len(words) >= CLEAR_WORDS_NEEDED]
    has_unicode = ("unicode",) in readings
    kinds = tuple(_decide(text, possible, proven, has_unicode) for text, possible in zip(texts, readings, strict=True))
    whole: Kind = proven[0] if proven else "unknown" if "unknown" in kinds else "unicode"
    return Conversion(whole, tuple(_DECODERS[kind](text) for kind, text in zip(kinds, texts, strict=True)), kinds)


def decode_bytes(content: bytes) -> tuple[str, str]:
    """Text of a received file and the name of its encoding, told by its mark, its zero bytes, or the words it yields.

    A single-byte file typed with TCVN3 or VNI comes back as its font letters, for ``to_unicode``. Raises ``UndecodableBytes``.
    """
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16"), "UTF-16"
        if (zeros := _zero_half(content)) is not None:
            return content.decode("utf-16-le" if zeros else "utf-16-be"), "UTF-16"
    except UnicodeDecodeError as error:
        raise UndecodableBytes("UTF-16") from error
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return _single_byte_text(content)


def _zero_half(content: bytes) -> int | None:
    """0 or 1 for the half of each pair that is mostly zero, as in UTF-16 without a mark."""
    start = content[:4096]
    return next((half for half in (1, 0) if start[half::2].count(0) * 10 > len(start[half::2]) * 3), None)


def _single_byte_text(content: bytes) -> tuple[str, str]:
    best = (0.0, "", "")
    for codec, label in (("cp1252", "một byte (phông chữ TCVN3 hoặc VNI)"), ("cp1258", "Windows-1258")):
        try:
            text = unicodedata.normalize("NFC", content.decode(codec))
        except UnicodeDecodeError:
            continue
        words = [word for word in _WORD.findall(text[:_TEXT_JUDGED]) if not word.isascii() and any(map(str.isalpha, word))]
        fits = [_share(words, kind) for kind in _KINDS] if words else [1.0]
        best = max(best, (max(fits), text, label), key=lambda choice: (choice[0], choice[2] == "Windows-1258"))
    if best[0] < MOSTLY:
        raise UndecodableBytes("không rõ")
    return best[1], best[2]


def _reading(text: str) -> tuple[Kind, ...]:
    """The encodings in which the text makes sense, each perhaps in its own way; none for text that says nothing, such as ASCII and foreign names."""
    if text.isascii():
        return ()
    if _BEYOND_FONTS.search(text):
        return ("unicode",)
    words = _accented_words(text)
    if not words or all(decode(text) == text for decode in _DECODERS.values()):
        return ()
    shares = {kind: _share(words, kind) for kind in _KINDS}
    whole = tuple(kind for kind, share in shares.items() if share == 1)
    if whole:
        return whole
    best, *others = sorted(shares, key=lambda kind: -shares[kind])
    leads = shares[best] >= MOSTLY and all(shares[best] - shares[other] >= LEAD for other in others)
    return (best,) if leads else ()


def _decide(text: str, possible: tuple[Kind, ...], proven: Sequence[Kind], has_unicode: bool) -> Kind:
    if not possible or possible == ("unicode",):
        return "unicode"
    sure = [kind for kind in possible if kind in proven]
    if len(sure) == 1 and not ("unicode" in possible and has_unicode):
        return sure[0]
    is_telling = any(_telling_words(text, kind) for kind in possible)
    return "unknown" if sure or ("unicode" not in possible and is_telling) else "unicode"


def _accented_words(text: str) -> tuple[str, ...]:
    return tuple(word for word in _WORD.findall(text) if not word.isascii() and (len(word) > 1 or word.isalpha()))  # a lone © is a sign


def _share(words: Sequence[str], kind: Kind) -> float:
    return sum(_fits(word, kind) for word in words) / len(words)


def _telling_words(text: str, kind: Kind) -> set[str]:
    return {word.casefold() for word in _accented_words(text) if _HAS_PLAIN_LETTER.search(word) and _fits(word, kind) and not _fits(word, "unicode")}


@lru_cache(maxsize=100_000)
def _fits(word: str, kind: Kind) -> bool:
    """Whether a word read so is a syllable or an abbreviation; as Unicode a forgotten tone must not make it look like something else."""
    if kind == "unicode":
        return word.isalpha() and (is_syllable(word, is_tone_required=False) or bool(_ABBREVIATION.fullmatch(word)))
    decoded = _DECODERS[kind](word)
    return is_syllable(decoded) or bool(_ABBREVIATION.fullmatch(decoded))


def is_syllable(word: str, *, is_tone_required: bool = True) -> bool:
    """Whether a word has the shape of a Vietnamese syllable: onset, rime and, after a final stop, one of the two tones that can stand there."""
    marks = unicodedata.normalize("NFD", word.casefold())
    tones = [char for char in marks if char in _TONES]
    bare = unicodedata.normalize("NFC", "".join(char for char in marks if char not in _TONES))
    if len(tones) > 1 or not _SYLLABLE.fullmatch(bare) or _TONE_ON_GLIDE.search(marks):
        return False
    return not is_tone_required or not _STOPPED.fullmatch(bare) or (bool(tones) and tones[0] in _AFTER_STOP)


def from_tcvn3(text: str) -> str:
    """Unicode of text typed with a TCVN3 (ABC) font. Capitals with tones do not exist there; they are mended where the rest is in capitals."""
    decoded = _mended_capitals(text.translate(_TCVN3))
    return _WORD.sub(lambda word: _mended_capitals(word[0]), decoded)


def _mended_capitals(decoded: str) -> str:
    has_certain_small = any(char.islower() and (char.isascii() or char in "ăâêôơưđ") for char in decoded)
    has_capitals = sum(char.isupper() for char in decoded) > 1
    return decoded.upper() if has_capitals and not has_certain_small else decoded


def from_vni(text: str) -> str:
    """Unicode of text typed with a VNI-Windows font: a vowel and the mark after it become one letter."""
    return _VNI_PAIR.sub(lambda pair: _VNI[pair[0]], text)


_DECODERS: dict[Kind, Callable[[str], str]] = {"tcvn3": from_tcvn3, "vni": from_vni, "unicode": str, "unknown": str}
_KINDS: tuple[Kind, ...] = ("unicode", "tcvn3", "vni")
