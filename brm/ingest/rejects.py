"""What an import refuses or warns about: codes with parameters, an English sentence and a remedy."""

from __future__ import annotations

import csv
import dataclasses
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from brm.ingest.spool import spool
from graph_schema.values import ValueProblem

REMEDIES: Mapping[str, str] = {
    "amount_without_currency": "Write the currency, as in '1200.50 CNY', or fill the currency column.",
    "bad_id": "Use 1 to 200 characters without white space.",
    "currency_without_amount": "Fill the amount or clear the currency.",
    "dangling_reference": "Add the missing node to the import, or correct the id.",
    "duplicate_content": "Keep one of the rows, or date them so that they are versions.",
    "end_before_start": "Correct the dates: validity ends after it starts.",
    "formula_without_value": "Open the workbook in a spreadsheet program, let it calculate, and save.",
    "malformed_json": "Correct the line; a file that was cut off ends in the middle of one.",
    "malformed_row": "Check the quotation marks of the row.",
    "missing_required": "Fill the field.",
    "not_finite": "Leave the cell empty where the number is unknown.",
    "other_type": "Use another id: ids are unique over all node types.",
    "out_of_bounds": "Correct the number, or state its unit in the mapping.",
    "refused_by_store": "Correct the row as the message says.",
    "self_tie": "Both ends are the same; correct one of them.",
    "too_few_cells": "Complete the row; a file that was cut off ends in the middle of one.",
    "too_many_cells": "Quote cells that contain the delimiter.",
    "unknown_column": "Rename or remove the column, or describe it in a mapping file.",
    "unknown_word": "Use a word of the vocabulary, or add a `map` for this word to the mapping.",
    "unstorable_text": "The file is not in the encoding it was read in; state `encoding` in a mapping.",
    "wrong_end_type": "Point to a node of a type that this edge allows.",
}
_DEFAULT_REMEDY = "Correct the cell, or state its format in the mapping."
_LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was left out, and why. ``code`` and ``params`` let a catalogue word it."""

    file: str
    line: int
    field: str
    value: str
    code: str
    message: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def remedy(self) -> str:
        """What to do about it, in English."""
        remedy = REMEDIES.get(self.code) or str(self.params.get("remedy", _DEFAULT_REMEDY))
        nearest = self.params.get("nearest")
        return f"Did you mean {nearest!r}? {remedy}" if nearest else remedy


@dataclass(slots=True)
class Warned:
    """Something kept but worth a look: how often it occurs and where first."""

    code: str
    message: str
    count: int = 0
    examples: list[str] = dataclasses.field(default_factory=list)

    def add(self, where: str, count: int = 1) -> None:
        """Count it, keeping the first few places."""
        self.count += count
        if len(self.examples) < 10:
            self.examples.append(where)


class Warnings(dict[str, Warned]):
    """Warnings by code."""

    def add(self, code: str, message: str, where: str, count: int = 1) -> None:
        """Count a warning."""
        self.setdefault(code, Warned(code, message)).add(where, count)


class RejectLog:
    """All rejected rows in order, in bounded memory: beyond a megabyte they go to a file."""

    HEADER = ("file", "line", "field", "value", "code", "message", "remedy", "params")

    def __init__(self) -> None:
        self._spool = spool(self)
        self._writer = csv.writer(self._spool)
        self.by_code: Counter[str] = Counter()

    def __len__(self) -> int:
        return self.by_code.total()

    def add(self, reject: Reject) -> None:
        """Append one."""
        self.by_code[reject.code] += 1
        params = json.dumps(dict(reject.params), ensure_ascii=False, default=str)
        self._writer.writerow(
            (reject.file, reject.line, reject.field, reject.value, reject.code, reject.message,
             reject.remedy, params)
        )  # fmt: skip

    def __iter__(self) -> Iterator[Reject]:
        self._spool.seek(0)
        try:
            for file, line, name, value, code, message, _, params in csv.reader(self._spool):
                yield Reject(file, int(line), name, value, code, message, json.loads(params))
        finally:
            self._spool.seek(0, 2)

    def first(self, count: int) -> list[Reject]:
        """The first few."""
        return list(islice(self, count))

    def write(self, path: Path) -> None:
        """Write them as a CSV that spreadsheet programs open as UTF-8."""
        with path.open("w", newline="", encoding="utf-8-sig") as target:
            writer = csv.writer(target)
            writer.writerow(self.HEADER)
            for each in self:
                writer.writerow(
                    (each.file, each.line, each.field, each.value, each.code, each.message, each.remedy,
                     json.dumps(dict(each.params), ensure_ascii=False))
                )  # fmt: skip


def shown(value: Any) -> str:
    """A cell as a report shows it, shortened."""
    text = "" if value is None else str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def reject_of(file: str, line: int, name: str, value: Any, problem: ValueProblem) -> Reject:
    """The report of a problem with a cell, with the nearest allowed word where there is one."""
    params = {key: each for key, each in problem.detail.items() if key != "value"}
    if problem.code == "unknown_word":
        params["nearest"] = nearest_word(str(value), params.get("allowed", ()))
    return Reject(file, line, name, shown(value), problem.code, str(problem), params)


def nearest_word(word: str, allowed: Any) -> str | None:
    """The allowed word most like ``word``, None when nothing is close."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(word.strip().lower(), list(allowed), scorer=fuzz.ratio, score_cutoff=55)
    return found[0] if found else None
