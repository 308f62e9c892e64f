"""The page of a collection: who reported, who did not, and whom to ask for what."""

from typing import Final

from stattable.merging.collection import Collection, State
from stattable.merging.reminders import Reminders
from stattable.model.form import title
from stattable.model.units import LEVEL_LABELS
from stattable.output.html.counts import (
    STATUS_HEADS,
    columns_in_use,
    count_row,
    first_rows,
    shown_counts,
    status_cells,
    tallies_of_levels,
    tally_of,
)
from stattable.output.html.render import render
from stattable.output.html.units import Numbered, Units
from stattable.proving.breakdown import STATUS_WORDS
from stattable.writing.blank import association_name
from stattable.writing.collection import FILING_BASIS, RATES, deadline_lines, state_words
from stattable.writing.reminders import gravest_problems, missing_words

_KINDS: Final = {State.MISSING: "bad", State.OPEN: "open"}
_MOST_OPEN: Final = 5_000  # units with something to mend of which a page says what it is
_TEMPLATE: Final = "status.html.j2"


def status_page(reminders: Reminders) -> bytes:
    """Return the page of a collection as the bytes of a file.

    Args:
        reminders: its state, and whom to remind of what.
    """
    collection = reminders.collection
    merged, tree = collection.merged, collection.merged.tree
    root, units = merged.root, Units(merged.tree, merged.root)
    children, rest = first_rows(collection.worst_first(root))
    keys = dict.fromkeys([root, *units.parents, *children])
    counts = {key: status_cells(tally_of(collection, key), collection.gaps_beyond(key)) for key in keys}
    used = columns_in_use(counts.values())
    heads, counts = [STATUS_HEADS[at] for at in used], {key: [row[at] for at in used] for key, row in counts.items()}
    states = Numbered[tuple[str, str]]()
    levels = {level: status_cells(tally) for level, tally in tallies_of_levels(collection).items()}
    return render(
        _TEMPLATE,
        {
            "units": units.columns(lambda key: states.number(_state(collection, key))),
            "levels": [*LEVEL_LABELS.values()],
            "states": states.all,
            "countHeads": heads,
            "counts": units.by_number({key: shown_counts(counts[key]) for key in units.parents}),
            "filings": _filings(collection, units),
            "asked": _asked(reminders, units),
            "people": units.people(_asked_units(reminders), reminders.person),
        },
        title=f"{association_name(tree[root].name)} 报送情况",
        root=tree[root],
        name=association_name(tree[root].name),
        form_title=title(merged.edition),
        today=collection.today,
        count_heads=heads,
        rate_note=RATES,
        notes=deadline_lines(collection),
        of_root=count_row(tree[root].name, counts[root], 0),
        of_levels=[count_row(level.label, [row[at] for at in used]) for level, row in levels.items()],
        of_children=[count_row(tree[key].name, counts[key], units.numbers[key]) for key in children],
        children_left_out=rest,
        asked_count=len(reminders.each),
        missing_count=sum(one.missing_count for one in reminders.each),
        open_count=sum(len(one.open) for one in reminders.each),
        unattributed=[one.path for one in collection.unattributed],
    )


def _state(collection: Collection, key: str) -> tuple[str, str]:
    """Return what there is to do about a unit, in words, and the kind by which its look is chosen."""
    state = collection.units[key].state
    words = state_words(collection, key) or STATUS_WORDS[None]
    return words, _KINDS.get(state, "good") if state else "none"


def _filings(collection: Collection, units: Units) -> dict[str, object]:
    """Return for each unit on which day it filed and whether that was late; -1 where it did not."""
    days = Numbered[str]()
    of_units = [collection.units[key].filing for key in units.keys]
    return {
        "day": [
            days.number(f"{one.day.isoformat()}（{FILING_BASIS[one.is_dated]}）") if one else -1 for one in of_units
        ],
        "late": [int(one is not None and one.day > collection.deadline) for one in of_units],
        "days": days.all,
    }


def _asked(reminders: Reminders, units: Units) -> list[object]:
    """Return whom to ask for what: for each unit who sent nothing, and which units have how much to mend, and what.

    Of more units than a page holds it is said how much, and not what.
    """
    asked, room = list[object](), _MOST_OPEN
    for one in reminders.each:
        opened = []
        for of in one.open:
            opened.append([units.numbers[of.unit], len(of.findings), gravest_problems(of) if room > 0 else []])
            room -= 1
        asked.append([units.numbers[one.unit], missing_words(reminders, one), opened])
    return asked


def _asked_units(reminders: Reminders) -> set[str]:
    """Return the keys of the units to ask, and of those that sent nothing or have something to mend."""
    missing = {key for one in reminders.each if one.missing for key in one.missing.missing}
    return {one.unit for one in reminders.each} | missing | {of.unit for one in reminders.each for of in one.open}
