"""From a cell to a canonical value: one parser per property, compiled once per file."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from brm.ingest.mapping import Value
from brm.ingest.templates import cell_text
from graph_schema import Property
from graph_schema.markers import Money
from graph_schema.validation import check_extra
from graph_schema.values import ValueProblem, check_instant, check_value, day_from, instant_from, money_from

Parser = Callable[[Any], Any]
INSTANT = Property(name="instant", kind="instant", required=False, doc="A moment")

UNITS = {
    "percent": "0.01", "千": "1000", "万": "10000", "万元": "10000", "百万": "1000000", "亿": "100000000",
    "亿元": "100000000", "thousand": "1000", "million": "1000000", "billion": "1000000000",
}  # fmt: skip
_SUFFIXES = (("亿元", "100000000"), ("万元", "10000"), ("千元", "1000"), ("亿", "100000000"), ("万", "10000"),
             ("%", "0.01"), ("％", "0.01"), ("元", "1"))  # fmt: skip
_YES = frozenset({"true", "yes", "y", "1", "t", "是", "对", "有"})
_NO = frozenset({"false", "no", "n", "0", "f", "否", "无", "没有"})
_SIGNS = {"¥": "CNY", "￥": "CNY", "€": "EUR", "£": "GBP"}
_DIGITS = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_MONEY = re.compile(r"(?:([A-Za-z]{3})\s*(?=[-+.\d¥￥€£]))?(.+?)(?:\s*([A-Za-z]{3}))?", re.DOTALL)
_ASIAN_DAY = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")


def decimal_of(cell: Any, spec: Value) -> Decimal:
    """The number a cell states, in the property's unit; ValueProblem when it states none."""
    if isinstance(cell, bool):
        raise ValueProblem("not_a_number", f"{cell!r} is not a number")
    if isinstance(cell, int | float):
        return _finite(Decimal(str(cell))) * Decimal(spec.factor)
    text = cell_text(cell).strip()
    factor = Decimal(spec.factor)
    for suffix, size in _SUFFIXES:
        if text.endswith(suffix):
            text = text[: -len(suffix)].rstrip()
            factor = Decimal(size)
            break
    if spec.thousands:
        text = text.replace(spec.thousands, "")
    if spec.decimal != ".":
        text = text.replace(spec.decimal, ".")
    if _NOT_FINITE.fullmatch(text):
        raise ValueProblem("not_finite", f"{cell!r} is not a finite number")
    if not _DIGITS.fullmatch(text):
        raise ValueProblem("not_a_number", f"{cell!r} is not a number")
    try:
        return Decimal(text) * factor
    except ArithmeticError:
        raise ValueProblem("not_a_number", f"{cell!r} is too large or too small a number") from None


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise ValueProblem("not_finite", f"{number} is not a finite number")
    return number


def _integer(cell: Any, spec: Value) -> int:
    number = decimal_of(cell, spec)
    if number.adjusted() > 20:
        raise ValueProblem("integer_too_large", f"{cell_text(cell)} does not fit 64 bits")
    if number != number.to_integral_value():
        raise ValueProblem("not_an_integer", f"{cell!r} is not an integer")
    return int(number)


def _real(cell: Any, spec: Value) -> float:
    number = float(decimal_of(cell, spec))
    if not math.isfinite(number):
        raise ValueProblem("not_finite", f"{cell!r} is not a finite number")
    return number


def _flag(cell: Any, _: Value) -> bool:
    if isinstance(cell, bool):
        return cell
    word = cell_text(cell).strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueProblem("not_a_flag", f"{cell!r} is neither true nor false")


def _moment(cell: Any, spec: Value) -> datetime | date:
    if isinstance(cell, datetime | date):
        return cell
    if spec.since is not None:
        return _counted(cell, spec, spec.since)
    text = cell_text(cell).strip()
    for form in spec.formats:
        try:
            parsed = datetime.strptime(text, form)
        except ValueError:
            continue
        return parsed if any(mark in form for mark in ("%H", "%I", "%s")) else parsed.date()
    if not spec.formats:
        asian = _ASIAN_DAY.fullmatch(text)
        try:
            if asian:
                return date(*(int(part) for part in asian.groups()))
            return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
        except ValueError:
            pass
    wanted = " or ".join(spec.formats) or "YYYY-MM-DD"
    raise ValueProblem("impossible_date", f"{text!r} is not a date of the form {wanted}", wanted=wanted)


def _counted(cell: Any, spec: Value, since: date) -> datetime:
    """The moment so many steps after the start of a day."""
    try:
        return datetime.combine(since, time()) + float(decimal_of(cell, spec)) * spec.step
    except OverflowError:
        raise ValueProblem("impossible_date", f"{cell!r} is outside the calendar") from None


def _day(cell: Any, spec: Value) -> int:
    moment = _moment(cell, spec)
    return day_from(moment.date() if isinstance(moment, datetime) else moment)


def _instant(cell: Any, spec: Value, zone: tzinfo) -> int:
    moment = _moment(cell, spec)
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        return check_instant(instant_from(moment))
    except OverflowError:
        raise ValueProblem("impossible_date", f"{cell!r} is outside the calendar") from None


def _money(cell: Any, spec: Value) -> Money:
    currency: Any = None
    if isinstance(cell, tuple):
        cell, currency = cell
    if isinstance(cell, dict):
        cell, currency = cell.get("amount"), cell.get("currency")
    text: Any = cell
    if isinstance(cell, str):
        parts = _MONEY.fullmatch(cell.strip())
        before, text, after = parts.groups() if parts else ("", "", "")
        sign = _SIGNS.get(text[:1])
        text = text[1:] if sign else text
        currency = currency or before or after or sign
    if text in (None, ""):
        raise ValueProblem("currency_without_amount", "there is a currency but no amount")
    currency = cell_text(currency).strip().upper() or spec.currency
    amount = decimal_of(text, spec)
    if not currency:
        raise ValueProblem("amount_without_currency", f"{cell_text(cell)} has no currency")
    try:
        return money_from(amount, currency)
    except InvalidOperation:
        raise ValueProblem("not_an_amount", f"{cell!r} is not a decimal amount") from None


def _words(cell: Any, spec: Value) -> tuple[str, ...]:
    parts = cell if isinstance(cell, list | tuple) else cell_text(cell).split(spec.split)
    return tuple(filter(None, (_mapped(cell_text(part).strip(), spec) or "" for part in parts)))


def _mapped(text: str, spec: Value) -> str | None:
    if spec.words is None or text in spec.words:
        return text if spec.words is None else spec.words[text]
    if spec.otherwise == "reject":
        raise ValueProblem("unknown_word", f"{text!r} is not in the map", allowed=tuple(spec.words))
    return text if spec.otherwise == "keep" else None


def _extra(cell: Any, _: Value) -> Any:
    try:
        return check_extra(json.loads(cell) if isinstance(cell, str) else cell)
    except json.JSONDecodeError:
        raise ValueProblem("not_an_extra", f"{cell!r} is not a JSON object") from None


def parser(prop: Property, spec: Value, zone: tzinfo) -> Parser:
    """A function from a filled cell to the canonical value of ``prop``; raises ValueProblem.

    None as its result means absent.
    """
    convert = _converter(prop, zone)

    def parse(cell: Any) -> Any:
        if not isinstance(cell, tuple | list | dict):
            bare = cell_text(cell).strip()
            if not bare or bare in spec.absent:
                return None
            if spec.pattern is not None:
                part = spec.pattern.search(bare)
                if part is None:
                    return None
                cell = part.group(part.re.groups and 1)
        if spec.words is not None and prop.kind not in ("codes", "texts"):
            cell = _mapped(cell_text(cell).strip(), spec)
            if cell in (None, ""):
                return None
        value = convert(cell, spec)
        return value if prop.kind == "any" else check_value(prop, value)

    return parse


def _converter(prop: Property, zone: tzinfo) -> Callable[[Any, Value], Any]:
    match prop.kind:
        case "integer":
            return _integer
        case "real":
            return _real
        case "flag":
            return _flag
        case "day":
            return _day
        case "instant":
            return lambda cell, spec: _instant(cell, spec, zone)
        case "money":
            return _money
        case "codes" | "texts":
            return _words
        case "any":
            return _extra
        case "code" | "ref":
            return lambda cell, _: cell_text(cell).strip()
        case _:
            return lambda cell, _: cell_text(cell)


Trouble = Callable[[int, Any, ValueProblem], None]


def convert_column(cells: Sequence[Any], parse: Parser, trouble: Trouble, memo: dict[Any, Any]) -> list[Any]:
    """The values of a column, None where a cell is empty or was reported to ``trouble``.

    Texts met before are looked up in ``memo``, which most columns of codes, dates and names fill.
    """
    values: list[Any] = []
    append = values.append
    for at, cell in enumerate(cells):
        if cell is None or cell == "":
            append(None)
            continue
        known = isinstance(cell, str) or (isinstance(cell, tuple) and all(isinstance(each, str) for each in cell))
        if known and cell in memo:
            append(memo[cell])
            continue
        try:
            value = parse(cell)
        except ValueProblem as problem:
            trouble(at, cell, problem)
            value = None
        else:
            if known:
                if len(memo) >= 20_000:
                    memo.clear()
                memo[cell] = value
        append(value)
    return values
