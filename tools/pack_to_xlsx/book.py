"""The workbook: cells that are never a formula or a link."""

from __future__ import annotations

import contextlib
import datetime
from pathlib import Path
from typing import Any

from tools.pack_to_xlsx.base import MAX_TEXT, UNSHOWN, CannotWrite, _escaped, canonical


class Book:
    """The workbook in the making: its formats, and every value in a cell of its own kind.

    Attributes:
        n_escaped: texts that are shown escaped, up to here.
        n_cut: texts that are cut, up to here.
    """

    def __init__(self, path: Path) -> None:
        """Begin a workbook; what it puts aside stands in the folder of `path`."""
        import xlsxwriter

        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": str(path.parent),
        }
        self._book = xlsxwriter.Workbook(str(path), options)
        self._book.use_zip64()
        # No time of its own: the same pack, options and versions give the same bytes.
        self._book.set_properties({"created": datetime.datetime(1980, 1, 1)})  # noqa: DTZ001
        # The quote keeps a text a text where somebody edits the cell: "=1" would be calculated.
        self._plain = self._book.add_format({"quote_prefix": True})
        self._altered = self._book.add_format({"quote_prefix": True, "bg_color": "#FFE699"})
        self._title = self._book.add_format({"quote_prefix": True, "bold": True})
        self.n_escaped = self.n_cut = 0

    def add_sheet(self, name: str, titles: list[str], n_rows: int) -> Any:
        """Add a sheet with a line of titles that stays in sight, for so many rows."""
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, len(titles) - 1, 22)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(n_rows, 1), len(titles) - 1)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        for column, title in enumerate(titles):
            self.put(sheet, 0, column, title, is_title=True)
        return sheet

    def add_cover(self) -> Any:
        """Add the first sheet."""
        sheet = self._book.add_worksheet("cover")
        sheet.set_column(0, 6, 26)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        return sheet

    def put(self, sheet: Any, row: int, column: int, value: object, is_title: bool = False) -> None:
        """Write a value as what it is; null is an empty cell.

        Raises:
            CannotWrite: it does not fit.
        """
        if value is None:
            return
        if isinstance(value, bool):
            refused = sheet.write_boolean(row, column, value)
        elif isinstance(value, (int, float)) and fits_a_cell(value):
            refused = sheet.write_number(row, column, value)
        else:
            text, is_altered = self._text(value)
            style = self._title if is_title else self._altered if is_altered else self._plain
            refused = sheet.write_string(row, column, text, style)
        if refused:
            raise CannotWrite(f"a cell was refused ({refused}); please report it")

    def _text(self, value: object) -> tuple[str, bool]:
        """Return how a value reads, and whether that is word for word."""
        is_escaped = is_cut = False
        if isinstance(value, str):
            text, is_escaped = escaped(value)
        else:
            text = canonical(value)
        n_units = len(text) if len(text) <= MAX_TEXT // 2 else len(text.encode("utf-16-le")) // 2
        if n_units > MAX_TEXT:
            n = len(value if isinstance(value, str) else text)
            mark = f" ... [cut here: in the pack it has {n:,} characters]"
            whole = text.encode("utf-16-le")[: 2 * (MAX_TEXT - len(mark))]
            text, is_cut = whole.decode("utf-16-le", "ignore") + mark, True
        self.n_escaped += is_escaped
        self.n_cut += is_cut
        return text, is_escaped or is_cut

    def close(self) -> None:
        """Write the file.

        Raises:
            CannotWrite: it cannot be written.
        """
        import xlsxwriter.exceptions

        try:
            self._book.close()
        except xlsxwriter.exceptions.XlsxFileError as error:
            raise CannotWrite(f"cannot write the workbook: {error}") from None

    def give_up(self) -> None:
        """Close what it has put aside."""
        for sheet in self._book.worksheets():
            with contextlib.suppress(OSError):
                sheet.row_data_fh.close()


def escaped(text: str) -> tuple[str, bool]:
    """Return a text of which every character can be shown, and whether it is another one.

    One that would be taken for XML's own "rich" text is escaped, too: XlsxWriter writes such a text
    into the sheet as it is.
    """
    is_markup = text.startswith("<r>") and text.endswith("</r>")
    if not is_markup and not UNSHOWN.search(text):
        return text, False
    text = UNSHOWN.sub(_escaped, text.replace("\\", "\\\\"))
    return ("\\u003c" + text[1:] if is_markup else text), True


def fits_a_cell(number: float) -> bool:
    """Tell whether a spreadsheet shows a number as it is: it keeps 15 digits."""
    size = abs(number)
    if isinstance(number, int):
        return size < 10**15
    return size == 0 or (1e-300 < size < 1e300 and float(f"{number:.15G}") == number)
