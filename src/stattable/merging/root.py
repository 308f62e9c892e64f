"""The root of a merge, and the units that returns may be from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from stattable.checking.attribution import Attributor
from stattable.checking.register import Register, identity_tree, names_beyond, unplaced_key
from stattable.model.findings import Finding
from stattable.model.identity import Identity
from stattable.model.names import Names, level_of_name, unit_named
from stattable.model.refusals import Refusal
from stattable.model.text import listed, normalised
from stattable.model.units import MAX_NAME, Level, Scope, Tree, Unit, bare_code, level_of_code, place_by_code
from stattable.reading.return_file import ReturnFile


@dataclass(frozen=True, slots=True)
class RootOptions:
    """What the options say of the root, and of scopes.

    Attributes:
        roster: its tree, or None.
        code: of the root, or None; with a roster it may be its key there, or its name.
        name: of the root, or None.
        level: of the root, or None.
        scopes: the scope of a unit's returns that do not state it, by the unit's code or name.
    """

    roster: Tree | None = None
    code: str | None = None
    name: str | None = None
    level: Level | None = None
    scopes: Mapping[str, Scope] = field(default_factory=dict)


def find_register(files: Sequence[ReturnFile], options: RootOptions) -> Register:
    """Return the units that returns may be from, with the root of the merge.

    Raises:
        Refusal: there is no such root, or more than one unit could be it; or there is no unit of which an option
            says the scope.
    """
    if options.roster is not None:
        tree = options.roster
        conflicts: dict[str, Finding] = {}
        root = _named_root(tree, options) or _one_top(tree, tree.tops)
    else:
        tree, conflicts = identity_tree(files)
        trusted = [one for one in files if one.path not in conflicts]
        tree, root = _root_of_identities(tree, trusted or files, options)
    register = Register(
        tree,
        is_roster=options.roster is not None,
        root=root,
        level_needed=True,
        conflicts=conflicts,
        beyond=names_beyond(tree, files) if options.roster is not None else {},
    )
    if not options.scopes:
        return register
    whose, _ = Attributor(register).attribute_all(files)
    keys = {one.key for one in whose} - tree.units.keys()
    unplaced = {key.replace("/", ""): key for key in keys if key}
    names = Names(tree)
    scopes = {_scope_key(unit, tree, names, unplaced): scope for unit, scope in options.scopes.items()}
    return replace(register, scopes=scopes)


def _named_root(tree: Tree, options: RootOptions) -> str | None:
    """Return the key of the unit that the options name; None if they name none."""
    if options.code is None and options.name is None:
        return None
    keys = _matching_units(tree, options)
    if len(keys) == 1:
        return keys[0]
    if options.code is not None:
        _check_code(options)
        raise Refusal("unknown_root", code=options.code)
    raise Refusal("unknown_unit", name=options.name)


def _check_code(options: RootOptions) -> None:
    """Refuse a --root that is no division code, unless there is a roster, which may have codes of its own."""
    if options.roster is None and options.code is not None and level_of_code(bare_code(options.code)) is None:
        raise Refusal("bad_code", code=options.code)


def _matching_units(tree: Tree, options: RootOptions) -> list[str]:
    if options.code is not None:
        key = unit_named(tree, options.code) if options.roster is not None else bare_code(options.code)
        return [key] if key and key in tree else []
    return [key for key in Names(tree).match(options.name or "") if options.level in {None, tree[key].level}]


def _root_of_identities(tree: Tree, files: Sequence[ReturnFile], options: RootOptions) -> tuple[Tree, str]:
    if options.code is None and options.name is None:
        if not tree.units:
            raise Refusal("no_top")
        return tree, _lowest_above(tree, files)
    level = options.level or (level_of_name(options.name) if options.name else None)
    if options.name is None or level is None or _matching_units(tree, options):
        return tree, str(_named_root(tree, options))
    _check_code(options)
    code = bare_code(options.code) if options.code else None
    key = code or unplaced_key(options.name)
    if len(normalised(options.name)) > MAX_NAME:
        raise Refusal("long_name", limit=MAX_NAME)
    root = Unit(key, options.name, level, code=code, expected=level is not Level.NATIONAL)
    placed = place_by_code([root, *tree.units.values()])
    return Tree(replace(unit, parent=_parent_under(unit, root)) for unit in placed), root.key


def _parent_under(unit: Unit, root: Unit) -> str | None:
    """Return the parent of a unit in a tree under `root`, which the identities do not know."""
    if unit.parent is not None or not root.level.above(unit.level):
        return unit.parent
    elsewhere = root.code and unit.code and not unit.code.startswith(root.code)
    return None if elsewhere else root.key


def _lowest_above(tree: Tree, files: Sequence[ReturnFile]) -> str:
    """Return the key of the lowest unit that is at or above all units with identities."""
    names = Names(tree)
    common: list[str] | None = None
    tops: dict[str, None] = {}
    for one in files:
        if one.identity is None:
            continue
        code = one.identity.unit.code or ""
        keys = [code] if code in tree else _by_name(tree, names, one.identity)
        if len(keys) != 1:
            continue
        chain = [*tree.above(keys[0]), keys[0]]
        tops[chain[0]] = None
        if common is None:
            common = chain
        common = [left for left, right in zip(common, chain, strict=False) if left == right]
    if common is None:
        return _one_top(tree, tree.tops)
    return common[-1] if common else _one_top(tree, list(tops))


def _by_name(tree: Tree, names: Names, identity: Identity) -> list[str]:
    facts = identity.unit
    wanted = {above.name for above in identity.above}
    return [
        key
        for key in names.match(facts.name)
        if tree[key].level is facts.level and wanted.issuperset(tree[above].name for above in tree.above(key))
    ]


def _one_top(tree: Tree, tops: Sequence[str]) -> str:
    if len(tops) == 1:
        return tops[0]
    raise Refusal("several_tops", names=listed([tree[key].name for key in tops], most=5, rest="等"))


def _scope_key(text: str, tree: Tree, names: Names, unplaced: Mapping[str, str]) -> str:
    """Return the key of the unit that an option --scope names.

    Args:
        text: code or name of the unit, with names of units above in front where there are others of the name.
        tree: the units whose places are known.
        names: of these units.
        unplaced: the keys of the others, by key without slashes.
    """
    code = bare_code(text)
    if code in tree:
        return code
    keys = names.match(text)
    if len(keys) == 1:
        return keys[0]
    key = unplaced.get(unplaced_key(text).replace("/", ""))
    if keys or key is None:
        raise Refusal("unknown_scope_unit", code=text)
    return key
