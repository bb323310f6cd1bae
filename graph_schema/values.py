"""Values of properties: the one canonical form in memory, its JSON form, and the checks on it.

Canonical: text str, integer int (int64), real float (finite, no -0.0), flag bool, instant int
(microseconds), day int, money `Money`, code str, codes and texts sorted tuples, ref str.
JSON: instants as ISO 8601 in UTC, days as ``YYYY-MM-DD``, money as ``{"amount", "currency"}``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from graph_schema.markers import Bounds, Money
from graph_schema.registry import Kind, Property
from graph_schema.vocabulary import OPEN_KINDS, VOCABULARIES

INT64 = (-(2**63), 2**63 - 1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_CURRENCY = re.compile(r"[A-Z]{3}")
_ID_FORBIDDEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
MAX_ID = 200


class ValueProblem(ValueError):
    """A value that a property cannot take. ``code`` and ``detail`` let a caller word the remedy."""

    def __init__(self, code: str, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.code = code
        self.detail = detail


def instant_from(moment: datetime) -> int:
    """Microseconds since the epoch; ValueProblem for a moment without offset."""
    if moment.tzinfo is None:
        raise ValueProblem("instant_without_offset", f"{moment.isoformat()} has no UTC offset")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def datetime_of(instant: int) -> datetime:
    """The UTC datetime of an instant."""
    return _EPOCH + timedelta(microseconds=instant)


def iso_instant(instant: int) -> str:
    """ISO 8601 in UTC with a trailing Z, without a fraction when it is zero."""
    return datetime_of(instant).isoformat().replace("+00:00", "Z")


def iso_day(day: int) -> str:
    """``YYYY-MM-DD``."""
    return date.fromordinal(day + _EPOCH_DAY).isoformat()


def day_from(day: date) -> int:
    """Days since the epoch."""
    return day.toordinal() - _EPOCH_DAY


def parse_instant(text: str) -> int:
    """An ISO 8601 moment with an offset; ValueProblem otherwise."""
    try:
        return instant_from(datetime.fromisoformat(text))
    except (ValueProblem, OverflowError):
        raise
    except ValueError:
        raise ValueProblem("not_an_instant", f"{text!r} is not an ISO 8601 moment with an offset") from None


def parse_day(text: str) -> int:
    """An ISO 8601 day; ValueProblem otherwise."""
    try:
        return day_from(date.fromisoformat(text))
    except ValueError:
        raise ValueProblem("not_a_day", f"{text!r} is not a day (YYYY-MM-DD)") from None


def money_from(amount: str | int | Decimal, currency: str) -> Money:
    """Money from a decimal amount and an ISO 4217 code; ValueProblem when either is unusable."""
    try:
        scaled = Decimal(amount) * 10_000
        whole = scaled.to_integral_value()
    except InvalidOperation:
        raise ValueProblem("not_an_amount", f"{amount!r} is not a decimal amount") from None
    if whole != scaled:
        raise ValueProblem("too_many_decimals", f"{amount} has more than four decimals")
    return _check_money(Money(int(whole), currency))


def amount_text(money: Money) -> str:
    """The amount as a decimal string without trailing zeros."""
    amount = Decimal(money.ten_thousandths) / 10_000
    return format(amount.normalize(), "f") if money.ten_thousandths else "0"


def check_id(identity: Any) -> str:
    """The id itself; ValueProblem when it is not 1 to 200 characters without white space."""
    if not isinstance(identity, str) or not identity or len(identity) > MAX_ID or _ID_FORBIDDEN.search(identity):
        raise ValueProblem("bad_id", f"{identity!r} is not an id: 1 to {MAX_ID} characters, no white space")
    return identity


def _check_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueProblem("not_text", f"{value!r} is not text")
    if "\x00" in value or _SURROGATE.search(value):
        raise ValueProblem("unstorable_text", "the text holds a NUL or half a surrogate pair")
    return value


def _check_integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueProblem("not_an_integer", f"{value!r} is not an integer")
    if not INT64[0] <= value <= INT64[1]:
        raise ValueProblem("integer_too_large", f"{value} does not fit 64 bits")
    return value


def _check_real(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueProblem("not_a_number", f"{value!r} is not a number")
    number = float(value)
    if not math.isfinite(number):
        raise ValueProblem("not_finite", f"{value!r} is not a finite number")
    return number + 0.0


def _check_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueProblem("not_a_flag", f"{value!r} is neither true nor false")
    return value


def _check_day(value: Any) -> int:
    day = _check_integer(value)
    if not -_EPOCH_DAY < day <= date.max.toordinal() - _EPOCH_DAY:
        raise ValueProblem("day_out_of_range", f"day number {day} is outside the years 1 to 9999")
    return day


_INSTANTS = (
    instant_from(datetime(1, 1, 2, tzinfo=UTC)),
    instant_from(datetime(9999, 12, 30, tzinfo=UTC)),
)


def check_instant(value: Any) -> int:
    """The instant itself; ValueProblem when it is not an integer within the years 1 to 9999."""
    instant = _check_integer(value)
    if not _INSTANTS[0] <= instant <= _INSTANTS[1]:
        raise ValueProblem("instant_out_of_range", f"{instant} is outside the years 1 to 9999")
    return instant


def _check_money(value: Any) -> Money:
    if not isinstance(value, Money):
        raise ValueProblem("not_money", f"{value!r} is not an amount with a currency")
    _check_integer(value.ten_thousandths)
    if not isinstance(value.currency, str) or not _CURRENCY.fullmatch(value.currency):
        raise ValueProblem("not_a_currency", f"{value.currency!r} is not an ISO 4217 code such as CNY")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, tuple | list | set | frozenset):
        raise ValueProblem("not_a_list", f"{value!r} is not a list")
    return tuple(sorted({_check_text(item) for item in value}))


def _any(value: Any) -> Any:
    return value


_CHECKS: dict[Kind, Callable[[Any], Any]] = {
    "text": _check_text, "integer": _check_integer, "real": _check_real, "flag": _check_flag,
    "instant": check_instant, "day": _check_day, "money": _check_money, "code": _check_text,
    "codes": _texts, "texts": _texts, "ref": check_id, "any": _any,
}  # fmt: skip


def check_value(prop: Property, value: Any) -> Any:
    """The canonical form of ``value`` for ``prop``; ValueProblem when it cannot take it."""
    canonical = _CHECKS[prop.kind](value)
    if prop.vocabulary:
        for word in canonical if prop.kind == "codes" else (canonical,):
            if word not in prop.words:
                raise ValueProblem(
                    "unknown_word", f"{word!r} is not one of {', '.join(prop.words)}", allowed=prop.words
                )
    if prop.bounds is not None:
        _check_bounds(prop.bounds, canonical)
    return canonical


def _check_bounds(bounds: Bounds, number: float) -> None:
    low, high = bounds.low, bounds.high
    if (low is not None and number < low) or (high is not None and number > high):
        limits = f"{'' if low is None else f'{low:g}'}..{'' if high is None else f'{high:g}'}"
        raise ValueProblem("out_of_bounds", f"{number:g} is outside {limits}", low=low, high=high)


def check_observation_kind(kind: str) -> None:
    """ValueProblem unless ``kind`` is an observation kind, or an open one followed by ``:id``."""
    head, colon, tail = kind.partition(":")
    allowed = VOCABULARIES["observation_kind"]
    if head in OPEN_KINDS:
        if colon and tail:
            return
        raise ValueProblem("kind_without_id", f"{kind!r} needs an id: {head}:<id>")
    if colon or head not in allowed:
        words = tuple(f"{word}:<id>" if word in OPEN_KINDS else word for word in allowed)
        raise ValueProblem("unknown_word", f"{kind!r} is not one of {', '.join(words)}", allowed=words)


def to_json(kind: Kind, value: Any) -> Any:
    """The JSON form of a canonical value."""
    if value is None:
        return None
    match kind:
        case "instant":
            return iso_instant(value)
        case "day":
            return iso_day(value)
        case "money":
            return {"amount": amount_text(value), "currency": value.currency}
        case "codes" | "texts":
            return list(value)
        case _:
            return value


def from_json(kind: Kind, value: Any) -> Any:
    """The canonical form of a JSON value, not yet checked against the property."""
    if value is None:
        return None
    match kind:
        case "instant":
            return parse_instant(_check_text(value))
        case "day":
            return parse_day(_check_text(value))
        case "money":
            if not isinstance(value, dict) or set(value) != {"amount", "currency"}:
                raise ValueProblem("not_money", f"{value!r} is not an object with amount and currency")
            return money_from(str(value["amount"]), value["currency"])
        case "codes" | "texts":
            return _texts(value)
        case _:
            return value
