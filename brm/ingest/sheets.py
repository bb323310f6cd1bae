"""Workbooks as rows: one sheet of an XLSX file, streamed; formula cells give their cached value."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from brm.ingest.readers import Batch, check_header, unusable
from graph_schema.values import ValueProblem


class SheetTable:
    """One sheet with a header row. Formula cells count in ``Batch.formulas``."""

    encoding = "xlsx"

    def __init__(self, path: Path, sheet: str | None = None) -> None:
        self.path = path
        self._sheet = sheet
        first = next(self._rows(), ((), ()))[0]
        self.columns = check_header(path, [str(cell) if cell is not None else "" for cell in first])

    def _rows(self) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
        """Each row twice: as calculated, and as written."""
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException

        books: list[Any] = []
        try:
            books.extend(openpyxl.load_workbook(self.path, read_only=True, data_only=values)
                         for values in (True, False))  # fmt: skip
            sheets = [book[self._sheet] if self._sheet else book.worksheets[0] for book in books]
            yield from zip(*(sheet.iter_rows(values_only=True) for sheet in sheets), strict=True)
        except (OSError, zipfile.BadZipFile, InvalidFileException) as error:
            raise unusable(self.path, f"not a readable workbook: {error}",
                           "Save it again as .xlsx, or as CSV.") from None  # fmt: skip
        except KeyError:
            raise unusable(self.path, f"there is no sheet {self._sheet!r}",
                           "Name a sheet of the workbook in the mapping.", "unknown_sheet") from None  # fmt: skip
        finally:
            for book in books:
                book.close()

    def batches(self) -> Iterator[Batch]:
        """All rows below the header; a formula without a cached value makes its row unreadable."""
        batch = Batch(0)
        for line, (values, written) in enumerate(self._rows(), 1):
            if line == 1 or all(cell is None for cell in written):
                continue
            self._take(batch, line, values, written)
            if batch.full:
                batch.position = line
                yield batch
                batch = batch.after()
        if batch.rows or batch.unreadable:
            yield batch

    def _take(self, batch: Batch, line: int, values: tuple[Any, ...], written: tuple[Any, ...]) -> None:
        width = len(self.columns)
        formulas = [at for at, cell in enumerate(written[:width]) if isinstance(cell, str) and cell[:1] == "="]
        for at in formulas:
            if at >= len(values) or values[at] is None:
                problem = ValueProblem("formula_without_value", "a formula without a calculated value")
                batch.unreadable.append((line, self.columns[at], written[at], problem))
                return
        batch.formulas += len(formulas)
        batch.lines.append(line)
        cells = values[:width]
        batch.rows.append((*cells, *(None,) * (width - len(cells))))
