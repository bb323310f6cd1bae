"""Texts: message codes rendered in Simplified Chinese and English from ``.po`` catalogues.

Scoring and guidance produce codes and typed parameters only. A message id is the code; its text
holds ``{placeholders}``. A number that is a share is given as it is and written ``{x:percent}``.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from babel.messages.pofile import read_po
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent

from brm.principal import Language

SMALL_AMOUNT = 10_000
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")


class _Formatter(string.Formatter):
    def __init__(self, babel_locale: str) -> None:
        super().__init__()
        self.babel_locale = babel_locale

    def format_field(self, value: Any, format_spec: str) -> str:
        match format_spec:
            case "percent":
                return str(format_percent(value, "0%", locale=self.babel_locale))
            case "number":
                return str(format_decimal(value, "#,##0.##", locale=self.babel_locale))
            case "score":
                return str(format_decimal(value, "0.0", locale=self.babel_locale))
            case "signed":
                return str(format_decimal(value, "+0.0;−0.0", locale=self.babel_locale))
            case "signed_unit":
                return str(format_decimal(value, "+0.0#;−0.0#", locale=self.babel_locale))
            case _:
                return str(super().format_field(value, format_spec))


class Catalogue:
    """The texts of one language."""

    def __init__(self, language: Language, messages: Mapping[str, str]) -> None:
        self.language = language
        self.babel_locale = language.replace("-", "_")
        self.messages = messages
        self._formatter = _Formatter(self.babel_locale)

    def text(self, code: str, /, **parameters: Any) -> str:
        """The message with its placeholders filled; KeyError for an unknown code."""
        return self._formatter.vformat(self.messages[code], (), parameters)

    def word(self, vocabulary: str, code: str) -> str:
        """The label of a vocabulary's word."""
        return self.messages[f"word.{vocabulary}.{code}"]

    def listed(self, names: Iterable[str]) -> str:
        """Names one after the other, as the language does it."""
        return ("、" if self.language == "zh-CN" else ", ").join(names)

    def amount(self, given: Mapping[str, str] | None) -> str | None:
        """An amount of money in its JSON form as people write it; None for none."""
        return None if given is None else self.money(float(given["amount"]), given["currency"])

    def money(self, amount: float, currency: str) -> str:
        """An amount as people write it, in ten thousands in Chinese; small ones to the unit."""
        if abs(amount) < SMALL_AMOUNT:
            return str(
                format_currency(round(amount), currency, "¤#,##0", locale=self.babel_locale, currency_digits=False)
            )
        return str(format_compact_currency(amount, currency, locale=self.babel_locale, fraction_digits=1))


@cache
def catalogue(language: Language) -> Catalogue:
    """The catalogue of a language, read once."""
    name = f"{language.replace('-', '_')}.po"
    with resources.files("brm.i18n").joinpath("locales").joinpath(name).open("rb") as file:
        parsed = read_po(file)
    return Catalogue(language, {str(m.id): str(m.string) for m in parsed if m.id})


def placeholders(message: str) -> set[str]:
    """The names of the placeholders in a message."""
    return {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}
