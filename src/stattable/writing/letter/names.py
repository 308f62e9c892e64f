"""How a letter calls associations and their units, and what it makes of other texts from outside."""

from typing import Final

from stattable.model.names import association_in_full, divisions_above
from stattable.model.text import visible
from stattable.model.units import Level, Tree, Unit
from stattable.proving.key_facts import KeyFacts, UnitFinding
from stattable.writing.whole_rows import storable

_LONGEST_NAME, _LONGEST_OWN_NAME = 24, 60  # characters
_NATIONAL: Final = "中国计划生育协会"
_ABOVE: Final = "上级计划生育协会"  # where nothing says which
_ITSELF: Final = "我会"
# What the area of a unit is called, by how its name ends; those come first that another ending is in.
_AREAS: Final = {
    "自治区": "全区", "地区": "全地区", "社区": "全社区", "街道": "全街道", "省": "全省", "市": "全市", "州": "全州",
    "盟": "全盟", "县": "全县", "区": "全区", "旗": "全旗", "镇": "全镇", "乡": "全乡", "苏木": "全苏木", "村": "全村",
    "嘎查": "全嘎查",
}  # fmt: skip


def own_name(unit: Unit) -> str:
    """Return the full name of the association whose letter it is."""
    return _NATIONAL if unit.level is Level.NATIONAL else _association(unit.name)


def _association(name: str) -> str:
    ending = association_in_full("")
    return shortened(association_in_full(clean(name)).removesuffix(ending), _LONGEST_OWN_NAME) + ending


def addressee(tree: Tree, unit: Unit) -> str:
    """Return the association that a letter of a unit is to, by the tree, else by the unit's code; "" for none."""
    if unit.level is Level.NATIONAL:
        return ""
    if unit.parent is not None:
        return own_name(tree[unit.parent])
    if unit.level is Level.PROVINCE:
        return _NATIONAL
    above = divisions_above(unit.code, {}) if unit.level in {Level.PREFECTURE, Level.COUNTY} else {}
    return _association([*above.values()][-1]) if above else _ABOVE


def area(unit: Unit) -> str:
    """Return what a unit's area is called, as 全县; 我会 for an association that has none."""
    if unit.level is Level.NATIONAL:
        return "全国"
    name = own_name(unit).removesuffix(association_in_full(""))
    return next((area for ending, area in _AREAS.items() if name.endswith(ending)), _ITSELF)


def unit_name(facts: KeyFacts, key: str, above: str | None = None) -> str:
    """Return the name of a unit, behind that of the unit right above it, unless that is the letter's, or `above`."""
    unit = facts.tree[key]
    name, parent = shortened(unit.name, _LONGEST_NAME), unit.parent
    if parent is None or parent in {facts.unit.key, above}:
        return name
    return shortened(facts.tree[parent].name, _LONGEST_NAME) + name


def unit_of(facts: KeyFacts, one: UnitFinding) -> str:
    """Return the name of the unit that a finding is about."""
    if one.key is not None:
        return _ITSELF if one.key == facts.unit.key else unit_name(facts, one.key)
    ref = one.finding.unit
    return shortened(ref.name, _LONGEST_NAME) if ref and ref.name else "名称不详的单位"


def shortened(text: str, most: int) -> str:
    """Return a text from outside, :func:`clean`, and cut where it has more than `most` characters."""
    whole = clean(text)
    return whole if len(whole) <= most else f"{whole[: most - 1]}……"


def clean(text: str) -> str:
    """Return a text from outside on one line, without what cannot be seen or stored."""
    return visible(storable(text))
