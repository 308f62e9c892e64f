"""What a letter says, from the title to whom to call: as much as two pages hold.

Its title, the numbers of its headings, its lists and its date are as GB/T 9704—2012 and GB/T 15835—2011 have them.
"""

from dataclasses import replace
from datetime import date
from typing import Final

from stattable.model.annex import ANNEX_SHEET
from stattable.model.form import SHEET_NAME, title
from stattable.model.text import chinese_date
from stattable.model.units import Level
from stattable.proving.check_code import CHECK_CODE
from stattable.proving.key_facts import KeyFacts
from stattable.writing.letter.figures import changes_section, done_section
from stattable.writing.letter.names import addressee, own_name, shortened
from stattable.writing.letter.parts import LINE, PAGE, Detail, Letter, Paragraph, Section
from stattable.writing.letter.reporting import findings_section, reporting_section

_LEAST, _ENOUGH, _MOST = Detail(3, 0, 0, 0, 0), Detail(4, 1, 1, 1, 1), Detail(8, 4, 6, 4, 1)
_LINES: Final = (LINE, PAGE / 24, PAGE / 25, PAGE / 26)  # closer than the standard's, which it allows where that helps
_LONGEST_PERSON, _LONGEST_PHONE = 20, 30  # characters
_NUMERALS: Final = "一二三四五六七八九十"


def letter_of(facts: KeyFacts, check_code: str, day: date) -> Letter:
    """Return the letter, with as many names in it as two pages hold.

    Args:
        facts: what is to be said.
        check_code: of the page that it goes with.
        day: of the letter.
    """

    def made(detail: Detail, line: float) -> Letter:
        return replace(_letter(facts, check_code, day, detail), line=line)

    line = next((line for line in _LINES if made(_ENOUGH, line).fits), None)
    detail, line = (_ENOUGH, line) if line else (_LEAST, _LINES[-1])
    letter, is_growing = made(detail, line), True
    while is_growing:
        is_growing = False
        for what, (count, most) in zip(Detail._fields, zip(detail, _MOST, strict=True), strict=True):
            more = detail._replace(**{what: count + 1})
            if count < most and (longer := made(more, line)).fits:
                detail, letter, is_growing = more, longer, True
    return letter


def _letter(facts: KeyFacts, check_code: str, day: date, detail: Detail) -> Letter:
    name, event = own_name(facts.unit), title(facts.edition).removesuffix(SHEET_NAME)
    is_alone = facts.unit.level is Level.VILLAGE
    what = f"{event}{SHEET_NAME}"
    did = f"填报了{what}" if is_alone else f"审核汇总了所属单位报送的{what}"
    sections = (
        done_section(facts),
        reporting_section(facts, detail),
        findings_section(facts, detail),
        changes_section(facts, detail),
    )
    above = addressee(facts.tree, facts.unit)
    return Letter(
        title=(name, f"关于{event}", f"信息统计情况的{'' if is_alone else '汇总'}说明"),
        addressee=f"{above}：" if above else "",
        opening=f"按照活动通知要求，我会{did}，现将有关情况说明如下。",
        sections=tuple(_numbered(number, one) for number, one in enumerate(filter(None, sections))),
        closing=f"数据取自附件（{CHECK_CODE}{check_code}），特此说明。",
        attachments=(what, ANNEX_SHEET) if facts.has_accounts else (what,),
        signature=name,
        day=chinese_date(day).replace(" ", ""),
        contact=_contact(*facts.person),
    )


def _numbered(number: int, section: Section) -> Section:
    """Return a section with the numbers of its headings; one of its own paragraphs alone needs no heading."""
    parts, at = list(section.parts), 0
    is_divided = len(section.paragraphs) > 1
    for place, part in enumerate(parts):
        if isinstance(part, Paragraph):
            parts[place] = replace(part, heading=f"（{_NUMERALS[at]}）{part.heading}" if is_divided else "")
            at += 1
    return Section(f"{_NUMERALS[number]}、{section.heading}", tuple(parts))


def _contact(person: str, phone: str) -> str:
    texts = {"联系人": shortened(person, _LONGEST_PERSON), "电话": shortened(phone, _LONGEST_PHONE)}
    said = "，".join(f"{what}：{text}" for what, text in texts.items() if text)
    return f"（{said}）" if said else ""
