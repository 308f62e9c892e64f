"""Makes docs/rules.md from the catalogue and docs/cli.md from the commands' own help.

With ``--check`` nothing is written, and the exit code is 1 where a page is not what it would be.
"""

import sys
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from stattable.checking.rules import OWN_BOUNDS, PEOPLE_A_SESSION
from stattable.cli.commands import main
from stattable.model.catalogue import CATALOGUE, FAMILIES
from stattable.model.findings import Severity

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"
NOTE: Final = "<!-- 由 tools/make_docs.py 生成，请不要手工修改 -->\n"
HELP_WIDTH: Final = 88


def rules_page() -> str:
    """Return the page of all codes."""
    lines = [NOTE, "# 审核规则\n"]
    lines += [
        "每条审核意见有一个代码，可用 `stattable explain 代码` 查看。程度分三种：\n",
        f"- **{Severity.ERROR.label}**：必须改正。F、T、U、V、R 类和 H003 的强制性问题使这张表退回，不计入汇总。",
        f"- **{Severity.WARNING.label}**：计入汇总，但要核实，并写明理由。",
        f"- **{Severity.INFO.label}**：不用处理。\n",
    ]
    for letter, family in FAMILIES.items():
        lines += [f"## {letter}　{family}\n", "| 代码 | 程度 | 问题 | 为什么 | 怎么办 |", "|---|---|---|---|---|"]
        for entry in CATALOGUE.values():
            if entry.code.startswith(letter):
                remedy = entry.remedy if "{" not in entry.remedy else "按提示处理。"
                lines.append(f"| {entry.code} | {entry.severity.label} | {entry.title} | {entry.why} | {remedy} |")
        lines.append("")
    lines += ["## 异常值的界限\n", f"- 每场超过 {PEOPLE_A_SESSION:,} 人：O001"]
    for level, (sessions, people) in OWN_BOUNDS.items():
        lines.append(f"- {level.label}的本级数超过 {sessions:,} 场（O002）或 {people:,} 人（O003）")
    return "\n".join(lines) + "\n"


def cli_page() -> str:
    """Return the page of all commands."""
    lines = [NOTE, "# 命令\n"]
    lines += ["```", _help(), "```\n"]
    for name in sorted(main.commands):
        lines += [f"## stattable {name}\n", "```", _help(name), "```\n"]
    return "\n".join(lines)


def _help(*command: str) -> str:
    runner = CliRunner()
    return runner.invoke(main, [*command, "--help"], prog_name="stattable", terminal_width=HELP_WIDTH).output.rstrip()


PAGES: Final = {"rules.md": rules_page, "cli.md": cli_page}


def stale() -> list[str]:
    """Return the names of the pages that are not what they would be."""
    return [name for name, page in PAGES.items() if not _same(DOCS / name, page())]


def _same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        if old := stale():
            sys.exit(f"not current, run `make docs`: {', '.join(old)}")
    else:
        for page_name, make in PAGES.items():
            (DOCS / page_name).write_text(make(), encoding="utf-8", newline="\n")
