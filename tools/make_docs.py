"""Makes docs/rules.md from the catalogue, docs/cli.md from the commands' own help, docs/json.md from the JSON's models.

With ``--check`` nothing is written, and the exit code is 1 where a page is not what it would be.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from stattable.checking.rules import OWN_BOUNDS, PEOPLE_PER_SESSION
from stattable.cli.commands import main
from stattable.model.catalogue import CATALOGUE, FAMILIES, general_remedy
from stattable.model.findings import Severity
from stattable.model.form import FIELD_BY_KEY
from stattable.output.json_bundle import PackDocument
from stattable.output.json_collection import StatusDocument
from stattable.output.json_models import (
    CheckDocument,
    DiffDocument,
    Document,
    MergeDocument,
    TraceDocument,
    VerifyDocument,
)

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"
NOTE: Final = "<!-- 由 tools/make_docs.py 生成，请不要手工修改 -->\n"
HELP_WIDTH: Final = 88
DOCUMENTS: Final[Mapping[str, type[Document]]] = {
    "check": CheckDocument,
    "merge": MergeDocument,
    "status": StatusDocument,
    "verify": VerifyDocument,
    "trace": TraceDocument,
    "diff": DiffDocument,
    "pack": PackDocument,
}
FIELD_KEYS: Final = list(FIELD_BY_KEY)
FIGURE: Final = [{"type": "integer"}, {"type": "boolean"}, {"type": "null"}]


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
                what = (entry.code, entry.severity.label, entry.title, entry.why, general_remedy(entry))
                lines.append(f"| {' | '.join(what)} |")
        lines.append("")
    lines += ["## 异常值的界限\n", f"- 每场超过 {PEOPLE_PER_SESSION:,} 人：O001"]
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


JSON_INTRODUCTION: Final = """\
# JSON for other programs

`check`, `merge`, `status`, `verify`, `trace`, `diff` and `pack` take `--format json` and put one document on stdout,
and nothing else there. Its keys are a promise: within `schema_version` 1 none is renamed or removed. What is not known
is `null`; a key that is not always there is marked so. Each document has a JSON Schema.

- `FIELD` is a key of one of the 40 fields of the form, such as `activities.township.sessions`. A `figure` is a whole
  number, `true`/`false` for 有/无, or `null` for a blank.
- Characters that could steer a terminal or turn the direction of text are escaped (`\\u202e`); as in any JSON their
  values are exact.
- Where the roster is faulty, nothing is read: the document of `check`, `merge`, `pack` or `diff` has the findings
  (U007; that of `diff` has them as `faults`) and the same keys, with counts of 0, no files or units, and `null` for
  what is not known.
- Exit codes: 0 nothing at or above `--fail-on` (`verify`: proved, `diff`: no difference), 1 findings or differences, 2
  wrong usage or nothing to read, 3 no verdict.
"""


class _Schema(GenerateJsonSchema):
    """Schemas without titles that say a key again, and without the default of a key that is not there."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  -- as it is overridden
        return False

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def schema_of(command: str) -> dict[str, Any]:
    """Return the JSON Schema of a command's document."""
    return DOCUMENTS[command].model_json_schema(schema_generator=_Schema)


def schema_page(command: str) -> str:
    """Return the file of a command's JSON Schema."""
    schema = {"$schema": GenerateJsonSchema.schema_dialect, **schema_of(command)}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def json_page() -> str:
    """Return the page of the JSON documents."""
    lines = [NOTE, JSON_INTRODUCTION]
    parts: dict[str, Any] = {}
    for command in DOCUMENTS:
        schema = schema_of(command)
        parts |= schema["$defs"]
        lines += [f"## {command}\n", *_object(schema, parts), f"[JSON Schema](schemas/{command}.json)\n"]
    lines.append("## Parts\n")
    for name, part in sorted(parts.items()):
        if "properties" in part:
            lines += [f"### {name}\n", *_object(part, parts)]
    return "\n".join(lines)


def _object(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines about an object: what it is, and a table of its keys."""
    yield f"{schema['description']}\n"
    yield from ("| key | value | what it says |", "|---|---|---|")
    for key, value in schema["properties"].items():
        sometimes = "" if key in schema["required"] else "(not always there) "
        yield f"| `{key}` | {_value(value, parts)} | {sometimes}{value['description']} |"
    yield ""


def _value(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    """Return in words what a key may hold."""
    match schema:
        case {"enum": keys} if keys == FIELD_KEYS:
            return "`FIELD`"
        case {"enum": words}:
            return ", ".join(f"`{word}`" for word in words)
        case {"const": constant}:
            return f"`{constant}`"
        case {"$ref": ref}:
            name = ref.rpartition("/")[2]
            return f"[{name}](#{name.lower()})" if "properties" in parts[name] else _value(parts[name], parts)
        case {"anyOf": choices} if choices == FIGURE:
            return "`figure`"
        case {"anyOf": choices}:
            return " or ".join(_value(choice, parts) for choice in choices)
        case {"prefixItems": [before, now]} if before == now:
            return f"pair of {_value(before, parts)}, before and now"
        case {"items": item}:
            return f"list of {_value(item, parts)}"
        case {"additionalProperties": dict(value)}:
            return f"by `FIELD`: {_value(value, parts)}"
        case {"type": str(name)}:
            return name
    raise ValueError(f"no words for {schema}")


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "rules.md": rules_page,
    "cli.md": cli_page,
    "json.md": json_page,
    **{f"schemas/{command}.json": partial(schema_page, command) for command in DOCUMENTS},
}


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
