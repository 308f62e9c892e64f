"""The whole of `check`: paths → checked returns, each with all its findings."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from stattable.checking.accounts import AnnexOwners, with_annex_findings
from stattable.checking.companions import Companions
from stattable.checking.corrections import with_superseded
from stattable.checking.duplicates import with_duplicate_findings
from stattable.checking.editions import decide_edition
from stattable.checking.explanations import Explanations
from stattable.checking.last_year import LastYear, with_last_year
from stattable.checking.register import Register, identity_tree, names_beyond
from stattable.checking.returns import Batch, check_returns, examine
from stattable.model.units import Level, Tree
from stattable.reading.files import read_returns


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What the user asked for.

    Attributes:
        roster: its tree, or None.
        level: of units of which neither an identity nor the roster says it, or None.
        edition: the only one to be accepted, or None for that of most files.
        jobs: how many processes may read; None for as many as there are processors.
        debug: let unexpected errors out.
        last_year: what was reported a year before, to hold the figures against, or None.
    """

    roster: Tree | None = None
    level: Level | None = None
    edition: int | None = None
    jobs: int | None = None
    debug: bool = False
    last_year: LastYear | None = None


def check(
    paths: Sequence[str],
    options: CheckOptions,
    progress: Callable[[int], None] = lambda _: None,
    executor: Executor | None = None,
) -> Batch:
    """Read and check `paths`.

    Args:
        paths: files, sorted, each once.
        options: what the user asked for.
        progress: told of every file that was read.
        executor: reads the files; None for processes of this machine.

    Returns:
        The checked returns, each with its findings, and the tree they were attributed to.

    Raises:
        Refusal: what was reported a year before is of no earlier edition.
    """
    files = read_returns(
        paths, jobs=options.jobs, debug=options.debug, examine=examine, progress=progress, executor=executor
    )
    if options.roster is not None:
        register = Register(
            options.roster, is_roster=True, level=options.level, beyond=names_beyond(options.roster, files)
        )
    else:
        tree, conflicts = identity_tree(decide_edition(files, options.edition).of_edition(files))
        register = Register(tree, is_roster=False, level=options.level, conflicts=conflicts)
    batch = check_returns(files, register, options.edition)
    returns, companions = Companions(batch.tree).split(batch.returns)
    batch = replace(batch, returns=returns, companions=companions)
    owners = AnnexOwners(batch.tree, is_roster=register.is_roster)
    annexed = with_annex_findings(with_duplicate_findings(batch.returns), owners)
    checked = with_superseded(annexed, batch.edition.edition)
    if (last_year := options.last_year) is not None:
        last_year.refuse_unless_before(batch.edition.edition)
        checked = with_last_year(checked, last_year.of(batch.tree), last_year)
    explanations = Explanations(checked, batch.tree)
    return replace(batch, returns=tuple(explanations.with_remarks(explanations.explained(checked))))
