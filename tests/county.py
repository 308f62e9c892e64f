"""The county of the tests: its units, and its roster."""

import csv

from stattable.model.identity import UnitFacts
from stattable.model.units import Level, Tree
from stattable.reading.roster import read_roster_rows

ROSTER = """代码,名称,级别,上级代码,口径,填报,联系人,电话
41,河南省,,,,,,
4101,郑州市,,,,,,
410122,中牟县,,,,,李四,0371-62100000
410122101,官渡镇,,,,,,
410122101201,官渡村,,,,,,
410122101202,逐鹿营村,,,,,,
410122102,狼城岗镇,,,,,,
410122102201,东狼城岗村,,,,,,
"""

HENAN = UnitFacts("41", "河南省", Level.PROVINCE)
ZHENGZHOU = UnitFacts("4101", "郑州市", Level.PREFECTURE)
ZHONGMU = UnitFacts("410122", "中牟县", Level.COUNTY)
GUANDU = UnitFacts("410122101", "官渡镇", Level.TOWNSHIP)
LANGCHENGGANG = UnitFacts("410122102", "狼城岗镇", Level.TOWNSHIP)
GUANDU_VILLAGE = UnitFacts("410122101201", "官渡村", Level.VILLAGE)
ZHULUYING = UnitFacts("410122101202", "逐鹿营村", Level.VILLAGE)
EAST = UnitFacts("410122102201", "东狼城岗村", Level.VILLAGE)
TOWNSHIPS, VILLAGES = (GUANDU, LANGCHENGGANG), (GUANDU_VILLAGE, ZHULUYING, EAST)
COUNTY = (ZHONGMU, *TOWNSHIPS, *VILLAGES)

TO_COUNTY = (HENAN, ZHENGZHOU, ZHONGMU)
TO_GUANDU = (*TO_COUNTY, GUANDU)
ABOVE = {
    HENAN: (), ZHENGZHOU: TO_COUNTY[:1], ZHONGMU: TO_COUNTY[:2], GUANDU: TO_COUNTY, LANGCHENGGANG: TO_COUNTY,
    GUANDU_VILLAGE: TO_GUANDU, ZHULUYING: TO_GUANDU, EAST: (*TO_COUNTY, LANGCHENGGANG),
}  # fmt: skip


def tree_of(roster: str = ROSTER) -> Tree:
    """The units of a roster without faults."""
    tree, faults, _ = read_roster_rows(list(csv.reader(roster.splitlines())), "名册.csv")
    assert not faults
    return tree
