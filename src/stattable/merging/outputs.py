"""Where the results of a merge go; nothing that stands there is overwritten but earlier results of the same unit."""

import os
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from stattable.checking.register import Register, identity_keys
from stattable.formats.list_mark import is_marked
from stattable.formats.page_mark import refuse_unless_page
from stattable.formats.paths import are_one, file_key, is_there, own_path, refuse_unless_file
from stattable.libraries import has
from stattable.merging.annex import ACCOUNT_HEADS
from stattable.merging.contents import Contents, Input, place_of
from stattable.merging.result import MergeResult
from stattable.model.findings import FINDING_HEADS
from stattable.model.form import year_of
from stattable.model.names import comparable_name
from stattable.model.refusals import Refusal
from stattable.model.units import Tree, Unit, bare_code
from stattable.reading.files import read_return, read_returns
from stattable.reading.inputs import Inputs
from stattable.reading.return_file import ReturnFile


@dataclass(frozen=True, slots=True)
class LevelPlaces:
    """Where the results of the levels below are to go.

    Attributes:
        folder: under which all of them stand.
        of: returns the path of each unit's result, by key, given the units and the root.
    """

    folder: str
    of: Callable[[Tree, str], Mapping[str, Path]]


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where all that a merge writes is to go.

    Attributes:
        report: the merged workbook.
        accounts: the accounts as CSV, or None.
        findings: all findings as CSV, or None.
        html: all of it as a web page, or None.
        levels: the results of the levels below, or None.
        read_only: files that none of them may be: the roster, and those of a year before.
        force: overwrite what is no earlier result, too; inputs and the roster aside.
        letter: the letter that goes with the page, as a Word document, or None.
    """

    report: str
    accounts: str | None = None
    levels: LevelPlaces | None = None
    read_only: Sequence[str] = ()
    findings: str | None = None
    force: bool = False
    letter: str | None = None
    html: str | None = None

    @property
    def files(self) -> list[str]:
        """The files that are written whatever the units are."""
        return [path for path in (self.report, self.accounts, self.findings, self.letter, self.html) if path]


def is_altered(earlier: ReturnFile) -> bool:
    """Whether the page of a merged workbook was changed since it was written."""
    identity = earlier.identity
    if identity is None or any(finding.code == "P001" for finding in earlier.findings):
        return True
    page = (earlier.values, earlier.edition, comparable_name(earlier.name))
    return page != (identity.figures, identity.edition, comparable_name(identity.unit.name))


# -- before anything is read ------------------------------------------------------------------------------


def refuse_to_overwrite(outputs: Outputs, inputs: Inputs) -> None:
    """Refuse outputs that would overwrite something else, as far as that shows before the inputs are read.

    Raises:
        Refusal: an output is no regular file, or another output, the roster or an input; nothing here writes
            Word documents; or something stands there that is not what we wrote there, and `force` is not set.
    """
    if outputs.letter and not has("docx"):
        raise Refusal("no_docx", path=outputs.letter)
    taken = [*outputs.read_only]
    for path in outputs.files:
        refuse_unless_file(path)
        if any(are_one(path, other) for other in taken):
            raise Refusal("output_is_input", path=path)
        taken.append(path)
    standing = _standing(inputs.paths, outputs.files)
    for path in outputs.files[1:]:
        if path in standing:
            raise Refusal("output_is_input", path=path)
    if outputs.force:
        return
    stands_alone = outputs.report not in standing and is_there(outputs.report)
    if stands_alone and not read_return(outputs.report).is_merged:
        raise Refusal("not_ours", path=outputs.report)
    if outputs.accounts and is_there(outputs.accounts) and not _has_heads(outputs.accounts, ACCOUNT_HEADS):
        raise Refusal("not_accounts", path=outputs.accounts)
    if outputs.findings:
        _refuse_unless_findings(outputs.findings)
    if outputs.letter and is_there(outputs.letter) and not is_marked(outputs.letter):
        raise Refusal("not_our_letter", path=outputs.letter)
    if outputs.html:
        refuse_unless_page(outputs.html)


def refuse_to_overwrite_with_findings(path: str, inputs: Inputs, read_only: Sequence[str], *, force: bool) -> None:
    """Refuse to write a list of findings over something else.

    Args:
        path: where it is to go.
        inputs: the files that are read.
        read_only: other files that it may not be, such as the roster.
        force: overwrite what is no such list, too; inputs and `read_only` aside.

    Raises:
        Refusal: it is no regular file, or one of these; or something stands there that is no list of findings.
    """
    refuse_unless_file(path)
    if any(are_one(path, other) for other in read_only) or _standing(inputs.paths, [path]):
        raise Refusal("output_is_input", path=path)
    if not force:
        _refuse_unless_findings(path)


def _refuse_unless_findings(path: str) -> None:
    if is_there(path) and not _has_heads(path, FINDING_HEADS):
        raise Refusal("not_findings", path=path)


def _has_heads(path: str, heads: Sequence[str]) -> bool:
    """Whether a file is a CSV of ours with these heads."""
    line = ",".join(heads).encode()
    with Path(path).open("rb") as file:
        return file.read(len(line) + 3).removeprefix(b"\xef\xbb\xbf").startswith(line)


# -- among the inputs -------------------------------------------------------------------------------------


def earlier_at_output(read: Sequence[ReturnFile], named: Collection[str], output: str) -> frozenset[str]:
    """Return the path of the input that stands where the result is to go, if any.

    Args:
        read: the inputs.
        named: paths of those that the user named.
        output: where the result is to go.

    Raises:
        Refusal: it is no merged workbook, or was named; or there is no other input.
    """
    standing = frozenset(_standing([one.path for one in read], [output]).values()) if is_there(output) else frozenset()
    if any(one.path in named or not one.is_merged for one in read if one.path in standing):
        raise Refusal("output_is_input", path=output)
    if standing and len(standing) == len(read):
        raise Refusal("only_earlier")
    return standing


def replaced_inputs(
    read: Sequence[ReturnFile],
    named: Collection[str],
    at_output: Collection[str],
    levels: LevelPlaces | None,
    register: Register,
) -> frozenset[str]:
    """Return the paths of the inputs that are earlier results, and stand where the new ones are to go.

    Args:
        read: the inputs.
        named: paths of those that the user named.
        at_output: of the one where the result is to go.
        levels: where those of the levels below are to go, or None.
        register: the units, and the root.

    Raises:
        Refusal: an input stands there that is something else.
    """
    tree, root = register.tree, register.root or ""
    for one in read:
        if one.path in at_output and not _is_result_of(one, tree[root]):
            raise Refusal("output_is_input", path=one.path)
    if levels is None or not Path(levels.folder).is_dir():
        return frozenset(at_output)
    rest = [one for one in read if one.path not in at_output]
    return frozenset((*at_output, *_at_levels(rest, named, levels.folder, _units_at(levels, tree, root))))


def _at_levels(
    read: Sequence[ReturnFile], named: Collection[str], folder: str, units: Mapping[str, Unit]
) -> Iterator[str]:
    """Yield the paths of the earlier results of levels below; in their folder nothing else may be but what was kept."""
    places = {path: place for place, path in _standing([one.path for one in read], units).items()}
    beside: dict[str, list[Unit]] = {}
    for at, unit in units.items():
        beside.setdefault(os.path.realpath(Path(at).parent), []).append(unit)
    real = {parent: os.path.realpath(parent) for parent in {Path(one.path).parent for one in read}}
    within = os.path.realpath(folder)
    for one in read:
        place, parent = places.get(one.path), real[Path(one.path).parent]
        if place:
            is_ours = _is_result_of(one, units[place])
        elif parent == within or parent.startswith(within + os.sep):
            is_ours = is_altered(one) and any(_is_result_of(one, unit) for unit in beside.get(parent, ()))
        else:
            continue
        if one.path in named or not is_ours:
            raise Refusal("levels_hold_inputs", folder=folder, path=one.path)
        if place:
            yield one.path


def standing_results(
    read: Sequence[ReturnFile],
    replaced: Container[str],
    output: str,
    levels: LevelPlaces | None,
    register: Register,
    jobs: int | None,
) -> dict[str, ReturnFile]:
    """Return what stands where results are to go, by path: what clerks wrote into it is not to be lost.

    Args:
        read: the inputs.
        replaced: the paths of those of them that stand there.
        output: where the result is to go.
        levels: where those of the levels below are to go, or None.
        register: the units, and the root.
        jobs: how many processes may read.
    """
    places = [output, *(_units_at(levels, register.tree, register.root or "") if levels else ())]
    at_hand = {one.path: one for one in read if one.path in replaced}
    standing = {place: at_hand[path] for place, path in _standing(at_hand, places).items()}
    rest = [place for place in places if place not in standing and Path(place).is_file()]
    return {**standing, **{one.path: one for one in read_returns(rest, jobs=jobs)}}


# -- before anything is written ---------------------------------------------------------------------------


class Keeping(StrEnum):
    """Why an earlier result is kept beside the new one."""

    MORE = "more"  # it holds returns that are not here
    ALTERED = "altered"  # somebody changed it, or wrote into it
    REASONS = "reasons"  # somebody wrote beside a finding that is there no more


def results_to_keep(
    outputs: Outputs, inputs: Inputs, merged: MergeResult, are_as_written: Callable[[Sequence[str]], Iterable[bool]]
) -> dict[str, Keeping]:
    """Return which of the earlier results that are about to be replaced must be kept under another name, and why.

    Args:
        outputs: where all is to go.
        inputs: the files.
        merged: what is to be written.
        are_as_written: says of merged workbooks whether they are as they were written, but for what is a clerk's to
            fill in.

    Raises:
        Refusal: something else stands where a result is to go, or two of them are to go to one place.
    """
    units = {outputs.report: merged.root_unit}
    if outputs.levels:
        at_levels = _units_at(outputs.levels, merged.tree, merged.root)
        for path in outputs.files:
            _refuse_among(path, at_levels)
        written = set(merged.parents)
        units |= {path: unit for path, unit in at_levels.items() if unit.key in written}
    standing = [path for path in units if is_there(path)]
    for path in standing:
        refuse_unless_file(path)
    if not standing:
        return {}
    read_only = set(map(file_key, outputs.read_only))
    is_here = _presence(merged)
    kept: dict[str, Keeping] = {}
    unsure: dict[str, bool] = {}
    unread = read_returns([path for path in standing if path not in merged.standing], jobs=merged.options.jobs)
    for path, one in {**{one.path: one for one in unread}, **merged.standing}.items():
        if path not in units:
            continue
        refusal = _refusal(one, units[path], merged.edition)
        if refusal is None:
            if _holds_more(one, place_of(merged.tree, units[path].key), is_here):
                kept[path] = Keeping.MORE
            elif is_altered(one) or _has_other_person(one, units[path], merged):
                kept[path] = Keeping.ALTERED
            else:
                unsure[path] = one.path in merged.explanations.unused
        elif file_key(path) in read_only or _standing(inputs.paths, [path]):
            raise Refusal("output_is_input", path=path)
        elif not outputs.force:
            raise refusal
        elif one.is_merged and one.reasons:  # what a clerk wrote is not lost, whatever else is
            kept[path] = Keeping.MORE
    for (path, has_lost_reasons), is_as_written in zip(unsure.items(), are_as_written([*unsure]), strict=True):
        if has_lost_reasons or not is_as_written:
            kept[path] = Keeping.REASONS if is_as_written else Keeping.ALTERED
    return kept


def _has_other_person(earlier: ReturnFile, unit: Unit, merged: MergeResult) -> bool:
    """Whether somebody to call, or a number, stands on a page that will not stand on the new one."""
    written = (earlier.surroundings.contact, earlier.surroundings.phone)
    return any(text and text != now for text, now in zip(written, merged.person(unit.key), strict=True))


def _presence(merged: MergeResult) -> Callable[[Input], bool]:
    """Return a test of whether a merge has an input of an earlier result, or another return in its place."""
    prints = {one.file.facts.sha256 for one in merged.files}
    units = {
        (place_of(merged.tree, key), scope)
        for scope, sent in merged.accepted.items()
        for key in sent
        if key in merged.tree
    }
    return lambda given: given.sent.sha256 in prints or (given.place, given.scope) in units


def _holds_more(earlier: ReturnFile, place: str, is_here: Callable[[Input], bool]) -> bool:
    return earlier.record is not None and any(Contents(earlier.record, place).missing_inputs(is_here))


def _refuse_among(path: str, places: Collection[str]) -> None:
    """Refuse an output path that is also one of `places`."""
    name = Path(os.path.realpath(path)).name.casefold()
    there = {file_key(place) for place in places if is_there(place)}
    alike = [place for place in places if Path(place).name.casefold() == name]
    if file_key(path) in there or any(are_one(path, place) for place in alike):
        raise Refusal("levels_hold_output", path=path)


def _refusal(one: ReturnFile, unit: Unit, edition: int) -> Refusal | None:
    """Return why the file in the place of `unit`'s result cannot be replaced; None for an earlier result of it."""
    identity = one.identity
    if identity is None or not one.is_merged:
        return Refusal("not_ours", path=one.path)
    if not _is_result_of(one, unit):
        return Refusal("of_other_unit", path=one.path, name=identity.unit.name, unit=unit.name)
    if identity.edition != edition:
        found = identity.edition
        return Refusal("of_other_edition", path=one.path, edition=found, year=year_of(found), wanted=edition)
    return None


# -- what all of it needs ---------------------------------------------------------------------------------


def _standing(paths: Iterable[str], outputs: Iterable[str]) -> dict[str, str]:
    """Return the inputs that stand where outputs are to go, by output.

    Raises:
        Refusal: an input is one of these files under another name: by a link, or in another case.
    """
    places = {file_key(output): output for output in outputs}
    standing = {}
    for path in paths:
        output = places.get(file_key(path))
        if output is None:
            continue
        if own_path(path) != own_path(output):
            raise Refusal("output_linked", path=path, output=output)
        standing[output] = path
    return standing


def _units_at(levels: LevelPlaces, tree: Tree, root: str) -> dict[str, Unit]:
    return {str(place): tree[key] for key, place in levels.of(tree, root).items()}


def _is_result_of(one: ReturnFile, unit: Unit) -> bool:
    """Whether a file is a merged workbook of this unit."""
    if one.identity is None or not one.is_merged:
        return False
    said = one.identity.unit
    if not (said.code or unit.code) and one.identity.above and unit.parent:  # those above tell two of one name apart
        return identity_keys(one.identity)[-1] == unit.key
    same_code = not (said.code and unit.code) or bare_code(said.code) == unit.code
    return same_code and (comparable_name(said.name), said.level) == (comparable_name(unit.name), unit.level)
