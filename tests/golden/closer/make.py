"""Makes the workbooks in this folder anew, which LibreOffice saved. Run it by hand; the tests only read them."""

import sys
import tempfile
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))

from writers.office import saved_as  # noqa: E402


def main() -> None:
    """Write a workbook with all that is not shown as it is, and one with all that a sheet as a whole may have."""
    save(displays(), "displays", "xls", "ods")
    save(setup(), "setup", "xlsx", "xls", "ods")


def setup() -> openpyxl.Workbook:
    """A hidden row and column, a formula, a conditional format, a comment and a footer."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in range(1, 5):
        for column in range(1, 5):
            sheet.cell(row, column, 10 * row + column)
    sheet["A5"] = "=SUM(A1:A2,A4)"
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["D"].hidden = True
    sheet["B1"].comment = Comment("说明", "某人")
    rule = CellIsRule(operator="greaterThan", formula=["20"], fill=PatternFill("solid", bgColor="FF0000"))
    sheet.conditional_formatting.add("A1:C4", rule)
    sheet.oddFooter.center.text = "第 &P 页"
    return workbook


def displays() -> openpyxl.Workbook:
    """Cells that are not shown as what they hold."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "信息统计表"
    for row in range(1, 7):
        for column in range(1, 5):
            sheet.cell(row, column, 100 * row + column)
    sheet["A7"] = "文字"
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["D"].hidden = True
    sheet["A3"].font = Font(color="FFFFFF")
    sheet["B3"].font, sheet["B3"].fill = Font(color="C00000"), PatternFill("solid", fgColor="C00000")
    sheet["C3"].font, sheet["C3"].fill = Font(color="FFFFFF"), PatternFill("solid", fgColor="C00000")
    sheet["A4"].number_format, sheet["B4"].number_format, sheet["C4"].number_format = '0"万"', "0%", ";;;"
    sheet["A5"].number_format, sheet["B5"].number_format, sheet["C5"].number_format = "#,##0", '0"场"', "0.00"
    sheet["A6"], sheet["B6"], sheet["C6"] = "=1/0", "=1+1", "=NA()"
    sheet.merge_cells("A8:B9")
    return workbook


def save(workbook: openpyxl.Workbook, name: str, *suffixes: str) -> None:
    """Save a workbook as LibreOffice writes it."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / f"{name}.xlsx"
        workbook.save(made)
        for suffix in suffixes:
            saved_as(suffix, HERE, made)


if __name__ == "__main__":
    main()
