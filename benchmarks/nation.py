"""How fast the nation is, the way of the form: each province merges its own, and the nation merges their workbooks.

``python benchmarks/nation.py [--divisions DIVISIONS.tsv] [--counties N | --returns N] [--provinces N] [--at-once]
[--write DOCUMENT.md]``

A province is made again under the codes of 31 provinces: the names of units stay, but for its own. By default it has
as many units as 31 of them need for 665,000. The returns of a province are taken away once it is merged, so that the
disk holds those of one at a time; with ``--at-once`` they are kept, and one merge reads them all, too.
"""

import argparse
import csv
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from measuring import Cost, machine, stattable, table, write_section
from province import Row, add_size_options, make, rows_of
from stattable.model.divisions import DIVISIONS

PROVINCES: Final = tuple(code for code in DIVISIONS if len(code) == 2 and code < "71")
RETURNS: Final = 665_000 // len(PROVINCES)
NATION: Final = "中国计划生育协会"


def under(rows: Sequence[Row], code: str) -> list[Row]:
    """Return a province's units again under the code of another, whose name it gets."""
    moved = [row._replace(code=code + row.code[2:], parent=row.parent and code + row.parent[2:]) for row in rows]
    return [moved[0]._replace(name=DIVISIONS[code]), *moved[1:]]


def write_roster(path: Path, provinces: Sequence[Sequence[Row]]) -> None:
    """Write the roster of the nation, which has no code and is above all provinces."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("代码", "名称", "级别", "上级"), ("", NATION, "全国", "")])
        for rows in provinces:
            writer.writerow((rows[0].code, rows[0].name, "", NATION))
            writer.writerows((row.code, row.name, "", "") for row in rows[1:])


def total_of(expected: Sequence[dict[str, Any]]) -> dict[str, int | None]:
    """Return the sum of the provinces' totals, in which 有 counts 1 and 无 nothing."""
    values: dict[str, int | None] = {}
    for total in expected:
        for key, value in total.items():
            before = values.get(key)
            values[key] = before if value is None else int(value) + (before or 0)
    return values


def main() -> None:
    """Measure, and print or write the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_size_options(parser)
    parser.add_argument("--provinces", type=int, default=len(PROVINCES), help="only the first so many")
    parser.add_argument("--at-once", action="store_true", help="merge all returns in one go, too")
    parser.add_argument("--write", type=Path, metavar="DOCUMENT", help="write the table into its section of it")
    options = parser.parse_args()
    if not options.counties and not options.returns:
        options.returns = RETURNS
    with tempfile.TemporaryDirectory() as scratch:
        text = measure(Path(scratch), options)
    print(text)
    if options.write:
        write_section(options.write, "nation", text)


def measure(scratch: Path, options: argparse.Namespace) -> str:
    """Merge all provinces, and the nation; return what it took, in Markdown."""
    template = rows_of(options)
    provinces = [under(template, code) for code in PROVINCES[: options.provinces]]
    merged = scratch / "merged"
    merged.mkdir()
    costs: list[Cost] = []
    expected: list[dict[str, Any]] = []
    files = 0
    for rows in provinces:
        folder = scratch / "provinces" / rows[0].code
        its = make(rows, folder, seed=options.seed).expected()
        output = merged / f"{rows[0].code}_{rows[0].name}.xlsx"
        costs.append(_merge(its["total"], [folder / "returns"], folder / "roster.csv", output))
        expected.append(its["total"])
        files += its["files"]
        if not options.at_once:
            shutil.rmtree(folder)
    roster, output, total = scratch / "roster.csv", scratch / "nation.xlsx", total_of(expected)
    write_roster(roster, provinces)
    works = {
        "merges of the provinces": _sum(costs),
        "the slowest of them": max(costs, key=lambda cost: cost.wall),
        "merge of their workbooks": _merge(total, [merged], roster, output, "--root", NATION),
        "verify, through these": _verify(output, merged, roster),
    }
    if options.at_once:
        folders = sorted((scratch / "provinces").glob("*/returns"))
        at_once = scratch / "at_once.xlsx"
        works["merge of all returns at once"] = _merge(total, folders, roster, at_once, "--root", NATION)
    lines = [
        [name, "failed", "", ""]
        if cost.failed
        else [name, f"{cost.wall:,.1f}", f"{cost.cpu:,.1f}", f"{cost.memory / 2**20:,.0f}"]
        for name, cost in works.items()
    ]
    units = sum(map(len, provinces))
    head = f"{files:,} files of {units:,} units in {len(provinces)} provinces; {machine()}."
    return f"{head}\n\n{table(('work', 'seconds', 'CPU seconds', 'peak MB'), lines)}"


def _merge(total: dict[str, Any], folders: Sequence[Path], roster: Path, output: Path, *more: str) -> Cost:
    """Merge what is in folders.

    Raises:
        RuntimeError: the total is wrong.
    """
    cost = stattable("merge", *folders, "--roster", roster, "-o", output, "--quiet", "--format", "json", *more)
    print(f"{output.name}: {cost.wall:,.1f} s, {cost.memory / 2**20:,.0f} MB", file=sys.stderr, flush=True)
    if not cost.failed and cost.json()["total"] != total:
        raise RuntimeError(f"the total of {output.name} is wrong")
    return cost


def _verify(output: Path, merged: Path, roster: Path) -> Cost:
    cost = stattable("verify", output, merged, roster, "--quiet", "--format", "json")
    if not cost.failed and not cost.json()["proved"]:
        raise RuntimeError("the nation's workbook is not proved")
    return cost


def _sum(costs: Sequence[Cost]) -> Cost:
    """Return what works took that were done one after the other."""
    code = max(one.code for one in costs)
    return Cost(
        sum(one.cpu for one in costs), sum(one.wall for one in costs), max(one.memory for one in costs), code, ""
    )


if __name__ == "__main__":
    main()
