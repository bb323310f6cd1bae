"""The normalised text that search compares: folded, with pinyin for Chinese names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from graph_schema import TypeSpec

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def normalised(text: str) -> str:
    """NFKC and case-folded, runs of white space as one blank."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


@lru_cache(maxsize=65_536)
def _with_pinyin(text: str) -> str:
    plain = normalised(text)
    if plain.isascii() or not _HAN.search(plain):
        return plain
    from pypinyin import lazy_pinyin

    syllables = lazy_pinyin(plain)
    initials = "".join(each.lstrip()[:1] for each in syllables)
    return f"{plain}\n{''.join(syllables)}\n{initials}"


def search_text(spec: TypeSpec, values: Mapping[str, Any]) -> str:
    """One line for each searched property that has a value, and its pinyin lines."""
    texts = (values.get(prop.name) for prop in spec.searched)
    return "\n".join(_with_pinyin(text) for text in texts if text)


def display_name(spec: TypeSpec, values: Mapping[str, Any]) -> str | None:
    """The value of the first searched property."""
    return values.get(spec.searched[0].name) if spec.searched else None


def sort_name(spec: TypeSpec, values: Mapping[str, Any]) -> str:
    """What lists are ordered by: the normalised display name, empty where there is none."""
    name = display_name(spec, values)
    return normalised(name) if name else ""


def matches(spec: TypeSpec, values: Mapping[str, Any], text: str) -> bool:
    """Whether the normalised text occurs in a searched property; an empty text in everything."""
    wanted = normalised(text)
    return not wanted or any(wanted in line for line in search_text(spec, values).split("\n"))


def fits(equals: Mapping[str, Any], properties: Mapping[str, Any]) -> bool:
    """Whether each property has the value asked for; a word asked of a list must be in it."""
    for name, wanted in equals.items():
        held = properties.get(name)
        if isinstance(held, tuple) and isinstance(wanted, str):
            if wanted not in held:
                return False
        elif held != wanted:
            return False
    return True
