"""Which encoding and delimiter a text file uses, found in bounded memory."""

from __future__ import annotations

import codecs
import csv
from pathlib import Path

from brm.errors import InvalidInput

_CHUNK = 1 << 20
_SAMPLE = 1 << 16
_DELIMITERS = ",;\t|"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_FALLBACKS = ["gb18030", "big5", "shift_jis", "euc_kr", "cp1252", "cp1251", "cp1250"]


def detect_encoding(path: Path) -> str:
    """The encoding of a file without a stated one; InvalidInput when it cannot be told.

    The whole file is scanned, because the first Chinese name may stand far below the header.
    """
    with path.open("rb") as raw:
        head = raw.read(4)
        for mark, name in _BOMS:
            if head.startswith(mark):
                return name
        raw.seek(0)
        offset = _first_bad_byte(raw.read)
        if offset is None:
            return "utf-8"
        raw.seek(max(0, offset - _SAMPLE // 4))
        return _guess(raw.read(_SAMPLE), path)


def _first_bad_byte(read: object) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    done = 0
    while chunk := read(_CHUNK):  # type: ignore[operator]
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return max(0, done - pending + error.start)
        done += len(chunk)
    return done if decoder.getstate()[0] else None


def _guess(sample: bytes, path: Path) -> str:
    cut = sample.find(b"\n") + 1
    text = sample[cut if cut < len(sample) // 2 else 0 :]
    as_utf8 = text.decode("utf-8", errors="replace")
    bad = as_utf8.count("�")
    if sum(ord(letter) > 127 for letter in as_utf8) - bad > 4 * bad:
        return "utf-8"
    if _looks_chinese(text):
        return "gb18030"
    from charset_normalizer import from_bytes

    best = from_bytes(text, cp_isolation=_FALLBACKS).best()
    if best is None:
        raise InvalidInput(
            f"The encoding of {path.name} cannot be told.",
            remedy="State it in a mapping, e.g. encoding = \"gb18030\", or save the file as UTF-8.",
            code="unknown_encoding", file=path.name,
        )  # fmt: skip
    return best.encoding


def _looks_chinese(text: bytes) -> bool:
    decoded = text.decode("gb18030", errors="ignore")
    foreign = [letter for letter in decoded if ord(letter) > 127]
    common = sum("一" <= letter <= "鿿" or "　" <= letter <= "〿" or letter > "＀" for letter in foreign)
    # Western accents read as GB18030 give rare characters between letters, not runs of common ones.
    level_one = sum(_is_level_one(letter) for letter in foreign)
    return bool(foreign) and common >= 0.9 * len(foreign) and level_one >= 0.6 * len(foreign)


def _is_level_one(letter: str) -> bool:
    try:
        first = letter.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return 0xA1 <= first <= 0xD7


def sniff_delimiter(lines: list[str]) -> str:
    """The delimiter that splits the first line into most columns; a comma when none does."""
    header = next(csv.reader(lines), [])
    counts = {each: len(next(csv.reader(lines, delimiter=each), [])) for each in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda each: counts[each])
    return best if counts[best] > max(1, len(header)) else ","
