"""Names of units: comparing them, and finding the units of a tree that a name may mean."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from typing import Final

from stattable.model.divisions import DIVISIONS
from stattable.model.text import without_spaces
from stattable.model.traditional import simplified
from stattable.model.units import CODE_LENGTHS, Level, Tree, bare_code, level_of_code

# One word each.
_SYNONYMS: Final = (
    (re.compile(r"(?:村)?村民委员会$|(?:村)?村委会$"), "村"),
    (re.compile(r"(?:社区)?居民委员会$|(?:社区)?居委会$"), "社区"),
    (re.compile(r"街道办事处$|街道办$|街办$"), "街道"),
)


_SEAL_END: Final = re.compile(r"\((?:公|盖|签)?章\)$")  # copied from the label beside the name


_ASSOCIATION_END: Final = re.compile(r"计生协$")


_INNER_OFFICE: Final = re.compile(r"街道办事处|街道办(?!事)")
# What of a folder's name is none of a unit's: a code in front, and what an archive ends with.
_NO_NAME: Final = re.compile(r"^\d{2,12}[_\-. ]*|\.zip$", re.IGNORECASE)


# 牧委会 and 渔委会 are villages of herders and of fishers. Not every 委员会 is a village: 管理委员会 is none.
_ENDINGS: Final = (
    (Level.VILLAGE, ("村", "社区", "嘎查", "生活区", "民委会", "牧委会", "渔委会", "民委员会", "村居")),
    (Level.TOWNSHIP, ("镇", "乡", "街道", "苏木")),
    (Level.COUNTY, ("县", "旗")),
    (Level.PROVINCE, ("省", "自治区")),
)

# -- characters that are read as others -------------------------------------------------------------------

# What stands for 〇 beside a Chinese numeral: circles, the letter O of three alphabets, the digit, and 零.
_ZERO: Final = "[〇○◯⚪⭕◦。oOοΟоО0零]+"
_NUMERAL: Final = "[一二三四五六七八九]"
_ZEROS: Final = re.compile(f"(?<={_NUMERAL}){_ZERO}|{_ZERO}(?={_NUMERAL})")
_DIGITS: Final = str.maketrans("0123456789", "〇一二三四五六七八九")
_STROKE: Final = re.compile("(?<=[第二三四五六七八九十百〇])[-—―─–━]|[-—―─–━](?=[二三四五六七八九十百〇])")
# Letters of Japanese and of Bopomofo, strokes and rare characters that nobody tells from others, nor letters of Russian
# and Greek from Latin ones.
_LOOK_ALIKES: Final = str.maketrans(
    "ニエロカトハタヒーㄧㄚ㇐囗曰АВЕКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "二工口力卜八夕匕一一丫一口日ABEKMHOPCTYXABEZHIKMNOPTYX"
)


def _in_usual_characters(name: str) -> str:
    """Return a name in simplified characters, its zeros as 〇, and what only looks like a character as that one."""
    usual = _STROKE.sub("一", simplified(name).translate(_LOOK_ALIKES))
    return _ZEROS.sub(lambda match: "〇" * len(match[0]), usual)


def _in_one_spelling(name: str) -> str:
    bare = _ASSOCIATION_END.sub("", _SEAL_END.sub("", without_spaces(name)))
    for pattern, word in _SYNONYMS:
        bare = pattern.sub(word, bare)
    return _INNER_OFFICE.sub("街道", bare)


@lru_cache(maxsize=2**16)  # a province's names, each of which is compared some ten times
def comparable_name(name: str) -> str:
    """Return `name` for comparing: NFKC, no white space, without the words for the association, in one spelling.

    ``官渡镇计划生育协会`` gives ``官渡镇``, ``中山路街道办事处计生协`` gives ``中山路街道``, ``张村村民委员会`` gives
    ``张村``, and ``二○三鎮`` gives ``二〇三镇``.
    """
    return _in_one_spelling(_in_usual_characters(without_spaces(name)))


def association_in_full(name: str) -> str:
    """Return the name of a unit's association as letters write it: ``官渡镇计生协`` gives ``官渡镇计划生育协会``."""
    return f"{_in_one_spelling(name)}计划生育协会"


def is_as_printed(name: str, known: str) -> bool:
    """Whether `name` is `known`, or that of its association as blanks print it, to the letter."""
    return name in (known, f"{known}计生协")


def is_written_alike(name: str, known: str) -> bool:
    """Whether `name` ends with the characters of `known`, which is comparable to it, and not only with like ones."""
    return is_as_printed(name, known) or _in_one_spelling(name).endswith(_in_one_spelling(known))


def level_of_name(name: str) -> Level | None:
    """Return the level that the ending of `name` tells, or None: 市 and 区 may be of two levels."""
    bare = comparable_name(name)
    for level, endings in _ENDINGS:
        if bare.endswith(endings):
            return level
    return None


def unit_named(tree: Tree, text: str) -> str | None:
    """Return the key of the one unit that `text` names: by its code, its key, or its name, led by its parents'."""
    key = bare_code(text)
    if key in tree:
        return key
    keys = Names(tree).match(text)
    return keys[0] if len(keys) == 1 else None


# -- names of units above, in front of a name -------------------------------------------------------------

_PEOPLES: Final = (
    "(?:(?:壮|满|回|苗|维吾尔|土家|彝|蒙古|藏|布依|侗|瑶|朝鲜|白|哈尼|哈萨克|黎|傣|畲|傈僳|仡佬|东乡|拉祜|水|佤|纳西|羌|土|仫佬|锡伯"
    "|柯尔克孜|达斡尔|景颇|毛南|撒拉|布朗|塔吉克|普米|鄂温克|怒|保安|俄罗斯|裕固|独龙|各)族|蒙古|维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯)*"
)
_KIND_OF_UNIT: Final = re.compile(
    rf"(?P<stem>.{{2,}}?)(?:特别行政区|{_PEOPLES}(?P<autonomous>自治)?(?P<kind>区|州|县|旗)|省|市|地区|盟)"
)
_SEPARATORS: Final = "-_/·.,、>|—"


@lru_cache(maxsize=2**14)
def names_in_front(name: str) -> frozenset[str]:
    """Return the forms in which a unit's name stands in front of another: in full, and without what kind of unit it is.

    ``鹤壁市`` gives ``鹤壁`` too, ``恩施土家族苗族自治州`` gives ``恩施`` and ``恩施州``. A township stands in full:
    东村 of 官渡镇 and 官渡东村 may be two villages.
    """
    bare = comparable_name(name)
    forms = {bare}
    if match := _KIND_OF_UNIT.fullmatch(bare):
        forms.add(match["stem"])
        if match["autonomous"]:
            forms.add(match["stem"] + match["kind"])
    return frozenset(forms)


def is_led_by(text: str, above: Iterable[str]) -> bool:
    """Whether `text`, in comparable form, is made of the names of units, from the top down, some of them left out."""
    return not text or len(text) in _ends(text, above, {0})


def _ends(text: str, above: Iterable[str], starts: set[int]) -> set[int]:
    """Return where in `text` the names of units above may end, each behind the one before, from one of `starts` on."""
    ends = starts
    for name in above:
        behind = [at + len(form) for form in names_in_front(name) for at in ends if text.startswith(form, at)]
        if behind:
            ends = ends.union(len(text) - len(text[at:].lstrip(_SEPARATORS)) for at in behind)
    return ends


def divisions_above(code: str | None, beyond: Mapping[str, str]) -> dict[Level, str]:
    """Return the names of the units above that of a division code, by their levels.

    Args:
        code: of a unit, or None; of a code of a roster's own nothing is known.
        beyond: names of further units by their codes.
    """
    if code is None or level_of_code(code) is None:
        return {}
    names = {
        level: beyond.get(code[:n]) or DIVISIONS.get(code[:n]) for n, level in CODE_LENGTHS.items() if n < len(code)
    }
    return {level: name for level, name in names.items() if name}


_CODE_ABOVE: Final = dict(zip(list(CODE_LENGTHS)[1:], CODE_LENGTHS, strict=False))  # the length of the code above one
_COUNTY_IN_FRONT: Final = re.compile("[^县市区旗]{1,8}[县市区旗].")


@cache
def _in_front_of_all() -> dict[Level, dict[str, str]]:
    """Return, for provinces and for prefectures, the forms of their names with their codes; none that two have."""
    forms: dict[Level, dict[str, str]] = {Level.PROVINCE: {}, Level.PREFECTURE: {}}
    for code, name in DIVISIONS.items():
        for form in names_in_front(name):
            of_level = forms[CODE_LENGTHS[len(code)]]
            of_level[form] = "" if form in of_level else code
    return forms


def without_divisions(name: str) -> tuple[dict[Level, str], str]:
    """Return the province and the prefecture in front of a name, and what is left of its comparable form.

    ``河南鹤壁淇县甲村`` gives 河南省, 鹤壁市 and ``淇县甲村``. 山东庄村 has none: only in full, or in
    front of a county, does a name say where a unit is.
    """
    rest, above, code = comparable_name(name), dict[Level, str](), ""
    for level, forms in _in_front_of_all().items():
        for length in range(min(len(rest) - 2, 12), 1, -1):
            of_form = forms.get(rest[:length], "")
            behind = rest[length:]
            if not of_form.startswith(code) or not of_form:
                continue
            if rest[:length] == DIVISIONS[of_form] or _COUNTY_IN_FRONT.match(behind):
                above[level], rest, code = DIVISIONS[of_form], behind, of_form
                break
    return above, rest


_NO_UNIT: Final = "[^省市县区旗镇乡村]"  # a character that ends the name of no unit
_OF_COUNTY: Final = f"(?:{_NO_UNIT}?[镇乡])?{_NO_UNIT}"  # how one begins: 镇平县 and 新乡县, too
_COUNTY_BEFORE: Final = re.compile(
    f"(?:{_OF_COUNTY}{{0,7}}[县旗]|{_OF_COUNTY}{{1,7}}[市区])(?={_NO_UNIT}{{2,}}(?:镇|乡|街道|苏木))"
    f"|{_OF_COUNTY}{{1,7}}县(?={_NO_UNIT}{{2,}}(?:村|社区))"
)
# What is called a district and is none: it may have townships whose names begin with that of a county.
_ZONE: Final = re.compile(".*(?:[发范理园集聚新验税假景业济地社小]区|街道.*|[^县市区旗])")


def is_of_other_county(name: str, county: str) -> bool:
    """Whether the name of a county stands in front of a township's or of a village's, and it is not `county`'s.

    浚县城关镇 is not of 淇县. 旧县镇, 夏县营村, 新区街道 and 东花市街道 are names of their own.

    Args:
        name: of the unit, in comparable form, without those of a province and a prefecture in front.
        county: the name of the county that it may be of.
    """
    found = _COUNTY_BEFORE.match(name)
    if found is None or _ZONE.fullmatch(found[0]) or _ZONE.fullmatch(comparable_name(county)):
        return False
    return found[0] not in names_in_front(county) and not comparable_name(county).endswith(found[0])


# -- what else is written beside a name -------------------------------------------------------------------

_IN_FRONT: Final = re.compile(
    r"(?:[^\w]|[_\d年月日]|中共|中国计生协|关于|会员活动日|信息统计表|统计表|[第个届次]|副本|复件|附件|最终版?|终版|终稿|定稿|修改版?|更正|重报|补报|新建|报送|上报|填报|单位|名称"
    r"|盖章版?|电子版|[Cc]opyof|的)*"
)
# What is no name at all: of the document, its date, its version.
_OF_DOCUMENT: Final = re.compile(
    r"[^\w]|[_\da-zA-Z年月日号]|会员活动日|信息统计表|统计表|汇总表|明细表|报表|表格?|数据|情况|[第个届次]|季度|年度|(?:关于|的)|上报|报送|填报"
    r"|报告|盖章版?|公章|扫描件|电子版|[最]?终[版稿]|最终|定稿|修改版?|更正版?|新版?|副本|复件|附件|原件|正式版?|[已未]盖章|版"
)
# What an office, a body or a house of a unit is called by its ending.
_OFFICE: Final = re.compile(
    "[\u4e00-\u9fff]{0,16}(?:政府|[办委局站所室院科股部处]|中心|办公室|委员会|委会|计生协|协会|分会|工会|妇联|支部|总支|机关|本级|两委|小组|专干)"
)
# Words for what belongs to a unit, in which the words for units mean no other unit.
_INNER: Final = re.compile(
    "社区卫生(?:服务)?(?:中心|站|室)|(?:乡镇|镇街|[省市县区乡镇村])(?=人民政府|政府|党委|党支部|党总支|支部|两委|委员会|人大|计生|卫生|卫健|卫计|级)"
    "|街道(?=计生|卫|党|办|政)|村镇建设|乡村振兴|社区服务"
)
_OTHER_UNIT: Final = re.compile("[省市县区旗州盟乡镇村]|街道|社区|居委|嘎查|苏木")


def behind_name(text: str, name: str, above: Iterable[str]) -> str | None:
    """Return what stands behind `name` in `text`: an office, a date or the like, or nothing.

    Args:
        text: as written, perhaps with names of units above, and what is no name, in front.
        name: of a unit.
        above: the names of the units above it, from the top down.

    Returns:
        None where the text is not about this unit, but about another one whose name it holds.
    """
    bare, wanted = comparable_name(text), comparable_name(name)
    names = tuple(above)
    for at in re.finditer(re.escape(wanted), bare):
        prefix, rest = bare[: at.start()], bare[at.end() :]
        body = _OF_DOCUMENT.sub("", rest)
        is_of_unit = not body or (_OFFICE.fullmatch(body) and not _OTHER_UNIT.search(_INNER.sub("", body)))
        begin = _IN_FRONT.match(prefix)
        starts = {0, begin.end()} if begin else {0}
        if is_of_unit and any(_IN_FRONT.fullmatch(prefix, end) for end in _ends(prefix, names, starts)):
            return rest
    return None


class Names:
    """The names of a tree, to match what people write.

    Args:
        tree: the units that may be meant.
        root: only this unit and those below it are matched; None for the whole tree.
        beyond: names of units above the tree's, by their codes. Those of provinces and prefectures are known.
    """

    def __init__(self, tree: Tree, root: str | None = None, beyond: Mapping[str, str] | None = None) -> None:
        self._tree = tree
        self._beyond = beyond or {}
        self._keys: dict[str, list[str]] = {}
        self._above: dict[tuple[str | None, str], list[str]] = {}  # units of one parent have the same names above
        keys = tree.units if root is None else tree.below(root)
        for key in keys:
            for name in dict.fromkeys(map(comparable_name, tree[key].names)):
                self._keys.setdefault(name, []).append(key)

    def match(self, name: str, within: str | None = None) -> list[str]:
        """Return the keys of all units that `name` may mean.

        Args:
            name: as written, perhaps with the names of some of its parents in front.
            within: only this unit and those below it; None for all.

        Returns:
            Keys in listing order; several if the name is ambiguous.
        """
        bare = comparable_name(name)
        for start in range(len(bare)):
            found = [
                key
                for key in self._keys.get(bare[start:], ())
                if self._led_by_parents(key, bare[:start]) and (within is None or self._tree.under(key, within))
            ]
            if found:
                return found
        return []

    def above(self, key: str) -> list[str]:
        """Return the names of the units above a unit, from the top down, those above its tree too."""
        in_tree = {self._tree[one].level: self._tree[one].names for one in self._tree.above(key)}
        beyond = divisions_above(self._tree[key].code, self._beyond)
        known = {**{level: (name,) for level, name in beyond.items()}, **in_tree}
        return [name for level in Level for name in known.get(level, ())]

    def _led_by_parents(self, key: str, prefix: str) -> bool:
        if not prefix:
            return True
        unit = self._tree[key]
        code = unit.code or ""
        place = unit.parent, code[: _CODE_ABOVE.get(len(code), 0)]
        if place not in self._above:
            self._above[place] = self.above(key)
        return is_led_by(prefix, self._above[place])

    def unit_of_folders(self, parts: Sequence[str]) -> str | None:
        """Return the key of the unit that the folders of a path lead to, if they mirror the tree, or None.

        Args:
            parts: names of folders, the outermost first; a code in front (``410122_中牟县``) is ignored, and so is what
                an archive ends with (``官渡镇.zip``).
        """
        at: str | None = None
        for part in parts:
            found = self.match(_NO_NAME.sub("", part), at) if part.strip(". ") else []
            if len(found) == 1:
                at = found[0]
        return at

    def held_by(self, text: str) -> list[str]:
        """Return the keys of the units whose name is in `text`, with no more than an office or the like beside it.

        Of several names the one that ends last counts, for a unit's name stands behind those of the units above it.
        """
        bare = comparable_name(text)
        for end in range(len(bare), 0, -1):
            keys = [
                key
                for start in range(end)
                for key in self._keys.get(bare[start:end], ())
                if behind_name(bare, self._tree[key].name, self.above(key)) is not None
            ]
            if keys:
                return keys
        return []

    def calls_a_unit(self, text: str) -> bool:
        """Whether `text` begins with a unit's name without its ending, as 官渡 does with that of 官渡村."""
        return any(text[:end] in self._stems for end in {len(text), *range(3, len(text))})

    @cached_property
    def _stems(self) -> set[str]:
        return {known.removesuffix(end) for known in self._keys for _, endings in _ENDINGS for end in endings} - {""}

    def similar(self, name: str, within: str | None = None) -> list[str]:
        """Return up to three keys of units whose names are close to `name`, the closest first."""
        from difflib import SequenceMatcher

        bare, near = comparable_name(name).translate(_DIGITS), []
        chars = set(bare)
        for known, keys in self._keys.items():
            if abs(len(known) - len(bare)) > 2 or 2 * len(chars.intersection(known.translate(_DIGITS))) < len(chars):
                continue
            ratio = SequenceMatcher(None, known.translate(_DIGITS), bare).ratio()
            if ratio >= 0.6:
                near += [(-ratio, key) for key in keys if within is None or self._tree.under(key, within)]
        return [key for _, key in sorted(near)[:3]]
