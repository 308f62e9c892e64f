"""The witnesses of a merged workbook, compared with one another: page, breakdown, record, identity, ledger, and seal.

Each repeats what others say; any disagreement is a finding. The page and the breakdown are compared with what the
record adds up to.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from stattable.formats.inspection.formulas import spelled
from stattable.formats.sheet import RawCell, RawSheet, Unread
from stattable.merging.rollup import RollUp, overtyped_fields
from stattable.model.catalogue import finding, phrase
from stattable.model.cell_names import a1, cell_at
from stattable.model.findings import Finding, Param, Status, UnitRef
from stattable.model.form import BLANK_WORD, FIELDS, SHEET_NAME, TITLE_AT, title
from stattable.model.identity import IDENTITY_SHEET, UnitFacts
from stattable.model.names import comparable_name
from stattable.model.record import RECORD_SHEET, CountedReturn, Record
from stattable.model.text import listed, runs, without_spaces
from stattable.model.units import Scope
from stattable.proving.appearance import is_code
from stattable.proving.breakdown import (
    HEAD_ROWS,
    STATE_AT,
    STATUS_WORDS,
    UNIT_HEADS,
    UNITS_SHEET,
    BreakdownRow,
    Shown,
    breakdown,
    figure_place,
    formulas,
    head_rows,
    row_label,
    shown_figures,
    unit_cells,
)
from stattable.proving.changes import Change, change_findings
from stattable.proving.check_code import CHECK_CODE, code_of
from stattable.proving.ledger import (
    ABOUT_AT,
    COUNTED,
    COUNTED_AT,
    HEADS,
    LEDGER_SHEET,
    Label,
    Ledger,
    LedgerEntry,
    edition_words,
    head_of,
    unit_words,
)
from stattable.proving.reopen import MergedWorkbook
from stattable.proving.seal import broken_rows, without_seal
from stattable.proving.sheet_facts import HIDDEN_SHEETS
from stattable.proving.sheets import OpenSheet, WorkbookSheets
from stattable.reading.answers import shortened
from stattable.reading.form import altered

_WIDTH: Final = len(UNIT_HEADS) + len(FIELDS)


def witness_findings(report: MergedWorkbook, opened: WorkbookSheets) -> list[Finding]:
    """Return the findings on disagreements within a merged workbook."""
    findings = [
        *_page(report, opened),
        *_breakdown(report, opened),
        *_identity(report),
        *_ledger(report),
        *_inputs(report),
    ]
    findings += _codes(report, opened)
    return [*findings, *_seal(report, opened, findings)]


def _identity(report: MergedWorkbook) -> Iterator[Finding]:
    """Compare the identity with the record (P009)."""
    identity, record = report.identity, report.record
    now, was = identity.unit, _root_facts(record)
    if (now.code, comparable_name(now.name), now.level) != (was.code, comparable_name(was.name), was.level):
        yield _contradiction_finding("unit", IDENTITY_SHEET, raw=unit_words(now), expected=unit_words(was))
    if identity.edition != record.edition:
        yield _contradiction_finding("edition", IDENTITY_SHEET, raw=str(identity.edition), expected=str(record.edition))
    figures, total = identity.figures, report.rolled.totals[record.root].values
    if figures != total or identity.scope is not Scope.CUMULATIVE:
        labels = [field.label for field in FIELDS if not figures or figures[field.index] != total[field.index]]
        yield _contradiction_finding("figures", IDENTITY_SHEET, about=labels)


def _root_facts(record: Record) -> UnitFacts:
    root = record.tree[record.root]
    return UnitFacts(root.code, root.name, root.level)


def _inputs(report: MergedWorkbook) -> Iterator[Finding]:
    """Yield P014 on merged workbooks among the returns whose figures are not those of their own records."""
    record = report.record
    entries = {entry.number: entry for entry in report.ledger.entries} if report.ledger else {}
    for (key, _), sent in record.sent.items():
        if fields := overtyped_fields(sent):
            entry = entries.get(sent.number)
            params: dict[str, Param] = {
                "name": record.tree[key].name, "path": entry.path if entry else "",
                "count": len(fields), "labels": tuple(field.label for field in fields),
            }  # fmt: skip
            yield finding("P014", unit=_ref(report.rolled, key), params=params)


def _page(report: MergedWorkbook, opened: WorkbookSheets) -> Iterator[Finding]:
    """Compare the official page with the record: its figures (P001), and its unit and edition (P003)."""
    read, record = report.file, report.record
    if read.values is None:
        yield from read.findings
        return
    name = record.tree[record.root].name
    if comparable_name(read.name) != comparable_name(name):
        yield _structure_finding("name", SHEET_NAME, cell=read.surroundings.name_cell, raw=read.name, expected=name)
    page = opened.sheets.get(SHEET_NAME)
    raw = str(page.cells.cell(*TITLE_AT) or "") if page else ""
    if page and without_spaces(raw) != without_spaces(title(record.edition)):
        yield _structure_finding("title", SHEET_NAME, cell=a1(*TITLE_AT), raw=raw, expected=title(record.edition))
    yield from (one for one in read.findings if one.code[0] == "T" and one.code not in _OF_LOOKS)
    yield from altered(read, report.rolled.totals[record.root].values, record.tree[record.root].level)


_OF_LOOKS: Final = frozenset({"T004", "T007"})  # said of all sheets elsewhere


def _breakdown(report: MergedWorkbook, opened: WorkbookSheets) -> Iterator[Finding]:
    """Compare 分单位汇总, row by row, with the roll-up of the record (P002, P003)."""
    if UNITS_SHEET not in opened.sheets:
        return
    sheet = opened.sheets[UNITS_SHEET].cells
    for number, heads in enumerate(head_rows(), start=report.first_row - HEAD_ROWS):
        for column, head in enumerate(heads, start=1):
            raw = str(sheet.cell(number, column) or "")
            if without_spaces(raw) != without_spaces(head):
                yield _structure_finding("heads", UNITS_SHEET, cell=a1(number, column), raw=raw, expected=head)
                return
    rolled, first = report.rolled, report.first_row
    rows = breakdown(rolled)
    moved = [
        (at, row) for at, row in enumerate(rows)
        if str(sheet.cell(at + first, 1) or "").strip() != row_label(row, rolled).strip()
    ]  # fmt: skip
    for at, row in moved[:1]:  # what stands below may have been moved
        cell = a1(at + first, 1)
        raw, expected = str(sheet.cell(at + first, 1) or ""), row_label(row, rolled)
        yield _structure_finding("row", UNITS_SHEET, cell=cell, raw=raw, expected=expected, count=len(moved))
    there = frozenset(range(len(rows))) - {at for at, _ in moved}
    if report.is_of_this_layout:  # before, other words stood there
        yield from _words(report, rows, sheet, there)
    yield from change_findings(_changes(report, rows, opened.sheets[UNITS_SHEET], there))


def _words(
    report: MergedWorkbook, rows: Sequence[BreakdownRow], sheet: RawSheet, there: Iterable[int]
) -> Iterator[Finding]:
    """Compare level, state and basis of each row with the record, which knows the state only of units that reported."""
    reported = STATUS_WORDS[Status.ACCEPTED]
    sent = {key for key, _ in report.record.sent}
    for at in sorted(there):
        row, number = rows[at], at + report.first_row
        state = str(sheet.cell(number, STATE_AT) or "")
        known = reported if row.key in sent else state if state != reported else ""
        for column, expected in enumerate(unit_cells(row, report.rolled, known)[1:], start=2):
            raw = str(sheet.cell(number, column) or "").strip()
            if raw != expected:
                place = {"cell": a1(number, column), "raw": raw, "expected": expected}
                yield _structure_finding("cell", UNITS_SHEET, unit=_ref(report.rolled, row.key), **place)


def _changes(
    report: MergedWorkbook, rows: Sequence[BreakdownRow], opened: OpenSheet, there: frozenset[int]
) -> Iterator[Change]:
    """Yield the figures and formulas that differ from those of the record."""
    rolled, first, written = report.rolled, report.first_row, opened.formulas
    wanted = [shown_figures(row, rolled) for row in rows]
    figures = [_figures(opened.cells, at + first) if at in there else [] for at in range(len(rows))]
    for at in sorted(there):
        row = rows[at]
        for field, formula in zip(FIELDS, formulas(row, rows, first), strict=True):
            raw, expected = figures[at][field.index], wanted[at][field.index]
            place = figure_place(at, field.index, first)
            now = written.get(place)
            is_kept = now == (spelled(formula) if formula else None) or not written
            if is_kept and (_same(raw, expected) or _follows(row, raw, field.index, figures, wanted)):
                continue
            is_text = isinstance(raw, str) and raw.strip() and isinstance(expected, int)
            shown = shortened(raw)
            shown = phrase("P002", "as_text", shown=shown) if is_text else shown or BLANK_WORD
            if not is_kept and now and not isinstance(raw, Unread):
                shown = f"={now}" if _same(raw, expected) else phrase("P002", "formula", shown=shown, formula=now)
            elif not is_kept and _same(raw, expected):
                shown = phrase("P002", "no_formula", shown=shown)
            yield Change(
                at=place,
                unit=_ref(rolled, row.key),
                name=row_label(row, rolled),
                field=field.key,
                raw=shown,
                expected=formula if formula and _same(raw, expected) else _in_words(expected),
            )


def _figures(sheet: RawSheet, number: int) -> list[RawCell]:
    return [sheet.cell(number, column) for column in range(len(UNIT_HEADS) + 1, _WIDTH + 1)]


def _in_words(expected: object) -> str:
    return BLANK_WORD if expected is None else str(expected)


def _same(raw: RawCell, expected: Shown) -> bool:
    """Whether a cell holds the expected value; a number that is stored as text is none, since no sum adds it up."""
    if isinstance(expected, int):
        return isinstance(raw, int | float) and not isinstance(raw, bool) and raw == expected
    return ("" if raw is None else str(raw).strip()) == (expected or "")


def _follows(
    row: BreakdownRow, raw: RawCell, index: int, now: Sequence[Sequence[RawCell]], wanted: Sequence[Sequence[Shown]]
) -> bool:
    """Whether a total with its formula differs only because one of its parts does."""
    if isinstance(raw, Unread):  # a program that does not calculate has saved the workbook
        return bool(row.parts)
    parts = [at for at in row.parts if now[at]]
    if not isinstance(raw, int | float) or any(isinstance(now[at][index], Unread) for at in parts):
        return False
    numbers = [part for at in parts if isinstance(part := now[at][index], int | float)]
    return sum(numbers) == raw and any(not _same(now[at][index], wanted[at][index]) for at in parts)


def _ledger(report: MergedWorkbook) -> Iterator[Finding]:
    """Compare the ledger with the record (P009)."""
    ledger, record = report.ledger, report.record
    if ledger is None:
        return
    texts = dict(ledger.about)
    for label, expected in {
        Label.TOTAL_OF: unit_words(_root_facts(record)),
        Label.THE_EDITION: edition_words(record.edition),
        Label.ENDED: record.made,
    }.items():
        raw = texts.get(label, "")
        if raw != expected:
            yield _contradiction_finding(
                "about", LEDGER_SHEET, cell=_about_cell(ledger, label), raw=raw, expected=expected, label=label
            )
    if invalid_options := ledger.invalid_options():
        yield _contradiction_finding("nonsense", LEDGER_SHEET, about=invalid_options)
    yield from _entries(ledger, record)


def _about_cell(ledger: Ledger, label: str) -> str | None:
    rows = enumerate(ledger.about, start=ledger.about_row)
    return next((a1(row, ABOUT_AT) for row, (text, _) in rows if text == label), None)


def _entries(ledger: Ledger, record: Record) -> Iterator[Finding]:
    """Compare the table of files with the returns in the record."""
    numbers = [entry.number for entry in ledger.entries]
    by_number = {entry.number: entry for entry in ledger.entries}
    sent = {one.number: (key, scope, one) for (key, scope), one in record.sent.items()}
    missing = [record.tree[key].name for number, (key, _, _) in sent.items() if number not in by_number]
    if missing:
        yield _contradiction_finding("missing", LEDGER_SHEET, about=missing)
    elif numbers != [*range(1, len(numbers) + 1)]:
        yield _contradiction_finding("numbers", LEDGER_SHEET)
    counted = [entry for entry in ledger.entries if entry.counted and entry.number not in sent]
    if counted:
        cell = a1(_row_of(ledger, counted[0]), COUNTED_AT)
        yield _contradiction_finding("extra", LEDGER_SHEET, cell=cell, about=[entry.path for entry in counted])
    differing: dict[str, list[tuple[LedgerEntry, str, str]]] = {}
    for number, (key, scope, one) in sent.items():
        if entry := by_number.get(number):
            for head, now, was in _compared(entry, record, key, scope, one):
                if now != was:
                    differing.setdefault(head, []).append((entry, now, was))
    for head, entries in differing.items():
        (first, now, was), paths = entries[0], [entry.path for entry, _, _ in entries]
        cell = a1(_row_of(ledger, first), HEADS.index(head) + 1)
        raw, expected = (one or BLANK_WORD for one in (now, was))
        yield _contradiction_finding(
            "differs", LEDGER_SHEET, cell=cell, raw=raw, expected=expected, label=head, about=paths
        )


def _compared(
    entry: LedgerEntry, record: Record, key: str, scope: Scope, sent: CountedReturn
) -> Iterator[tuple[str, str, str]]:
    """Yield the heading of each cell of an entry that is compared, with its text and that of the record."""
    unit = record.tree[key]
    yield head_of("sha256"), entry.sha256, sent.sha256
    yield head_of("code"), entry.code, unit.code or ""
    yield head_of("name"), " ".join(entry.name.split()), " ".join(unit.name.split())
    yield head_of("level"), entry.level, unit.level.label
    yield head_of("scope"), entry.scope, scope.label
    yield head_of("counted"), COUNTED[entry.counted], COUNTED[record.counts(key, scope)]


def _row_of(ledger: Ledger, entry: LedgerEntry) -> int:
    """Return the row of an entry, if none was inserted above it."""
    return ledger.head_row + 1 + ledger.entries.index(entry)


def _codes(report: MergedWorkbook, opened: WorkbookSheets) -> Iterator[Finding]:
    """Compare the check code in the page's footer and in the ledger with that of the record (P013)."""
    code = code_of(report.record, report.rolled.totals[report.record.root].values)
    codes: dict[str, str] = {}
    if report.ledger and report.ledger.check_code != code:
        codes[LEDGER_SHEET] = report.ledger.check_code or BLANK_WORD
    margins = opened.sheets[SHEET_NAME].setup.margins if SHEET_NAME in opened.sheets else None
    if margins is not None:
        texts = {text.removeprefix(CHECK_CODE).strip() for _, _, text in filter(is_code, margins)}
        if texts != {code}:
            codes[phrase("P013", "footer")] = listed(sorted(texts)) or BLANK_WORD
    if codes:
        raw = listed([*dict.fromkeys(codes.values())])
        yield finding("P013", sheet=SHEET_NAME, raw=raw, params={"expected": code, "where": tuple(codes)})


def _seal(report: MergedWorkbook, opened: WorkbookSheets, findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield P009 and P011 on changed rows that no other finding names."""
    named = {(one.sheet, cell_at(one.cell)[0]) for one in findings if one.cell and ":" not in one.cell}
    moved = {one.sheet for one in findings if one.params.get("reason") in _MOVED}
    unsealed = [name for name in opened.sheets if name not in report.seal]
    if unsealed:
        yield _contradiction_finding("unsealed", RECORD_SHEET, about=unsealed)
    for name, marks in report.seal.items():
        if name not in opened.sheets or name in moved:
            continue
        rows = opened.sheets[name].cells.rows
        broken = broken_rows(name, without_seal(rows) if name == RECORD_SHEET else rows, marks)
        if name in HIDDEN_SHEETS:
            if broken and (name == RECORD_SHEET or all(one.sheet != name for one in findings)):
                yield _contradiction_finding("sealed", name, count=len(broken))
        elif rest := [row for row in broken if (name, row) not in named]:
            yield finding("P011", sheet=name, cell=f"A{rest[0]}", params={"count": len(rest), "rows": runs(rest)})


_MOVED: Final = frozenset({"row", "numbers", "missing"})  # said of sheets whose rows are not where they were


def _structure_finding(reason: str, sheet: str, unit: UnitRef | None = None, **details: Any) -> Finding:
    return finding("P003", unit=unit, sheet=sheet, **_parts(reason, details))


def _contradiction_finding(
    reason: str, sheet: str, unit: UnitRef | None = None, about: Sequence[str] = (), **details: Any
) -> Finding:
    if about:
        details |= {"count": len(about), "names": tuple(about)}
    return finding("P009", unit=unit, sheet=sheet, **_parts(reason, details))


def _parts(reason: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """Split the details of a finding into its attributes and its parameters."""
    own = {key: details[key] for key in ("cell", "raw") if key in details}
    params = {"reason": reason, **{key: value for key, value in details.items() if key not in own}}
    return {**own, "params": params}


def _ref(rolled: RollUp, key: str) -> UnitRef:
    return rolled.tree[key].ref
