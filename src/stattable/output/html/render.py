"""A template and what is put into it → a page that needs nothing else, and lets nothing else in."""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from stattable.formats.page_mark import PAGE_START
from stattable.model.text import DECEPTIVE, STAND_IN, chinese_date

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE: Final = "stattable.output.html"
# Nothing is fetched, sent or framed; the one script and the one style run that were here when the page was made.
_POLICY: Final = (
    "default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"
)


def render(template: str, data: Mapping[str, object], **content: object) -> bytes:
    """Return a page as the bytes of a file.

    Args:
        template: name of the template.
        data: what its script shows, as JSON.
        **content: what the template needs beside that.
    """
    style, script = _resource("page.css"), _resource("page.js")
    page = _environment().get_template(template).render(
        page_start=PAGE_START,
        policy=_POLICY.format(script=_hash(script), style=_hash(style)),
        style=style,
        script=script,
        data=clean(data),
        **content,
    )  # fmt: skip
    return page.encode()


def clean(value: Any) -> Any:
    """Return what is to become JSON with a � in its texts for each character that could deceive a reader."""
    if isinstance(value, str):
        return value if value.isalnum() else DECEPTIVE.sub(STAND_IN, value)
    if isinstance(value, Mapping):
        return {key: clean(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [one if type(one) is int else clean(one) for one in value]
    return value


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    made = Environment(
        loader=FunctionLoader(_resource),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":"), "allow_nan": False}
    made.policies["json.dumps_function"] = json.dumps
    made.filters["grouped"] = grouped
    return made


def _finalized(value: object) -> object:
    """Return what stands on the page for a value: nothing for a blank, no characters that could deceive a reader."""
    if value is None:
        return ""
    if isinstance(value, date):
        return chinese_date(value)
    return DECEPTIVE.sub(STAND_IN, value) if type(value) is str else value


def grouped(value: object) -> object:
    """Return a number with its thousands set apart; anything else as it is."""
    return f"{value:,}" if type(value) is int else value


def _resource(name: str) -> str:
    return files(_HERE).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
