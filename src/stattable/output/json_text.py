"""A JSON document as text, of which no more is in memory than what is being written."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError

from stattable.model.text import DECEPTIVE
from stattable.output.json_models import Document

_AT_ONCE: Final = 500  # entries of a list


def dump(document: Document, **lists: Iterable[BaseModel]) -> Iterator[str]:
    """Yield the text of a document as JSON, with escapes for characters that could deceive a reader on a terminal.

    Args:
        document: in which the fields of `lists` are empty.
        lists: the entries of these fields, in their order, which are made while the text is taken.
    """
    rest = _as_json(document)
    for name, entries in lists.items():
        before, _, rest = rest.partition(f'\n "{name}": []')
        yield f'{before}\n "{name}": ['
        texts, separator = map(_as_json, entries), ""
        while some := [*islice(texts, _AT_ONCE)]:
            yield separator + ",".join(f"\n{text}" for text in some).replace("\n", "\n  ")
            separator = ","
        yield "\n ]" if separator else "]"
    yield rest


def _as_json(model: BaseModel) -> str:
    try:
        text = model.model_dump_json(exclude_defaults=True, indent=1)
    except PydanticSerializationError:  # it writes no half of a character, as a path that is not UTF-8 has them
        text = json.dumps(model.model_dump(exclude_defaults=True), ensure_ascii=False, indent=1)
    if text.replace("\n", "").isprintable():  # as nearly all is
        return text
    return DECEPTIVE.sub(lambda match: json.dumps(match[0])[1:-1], text)
