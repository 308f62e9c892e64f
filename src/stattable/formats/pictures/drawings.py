"""Pictures that float above a sheet, by its drawing: the cell that the middle of each lies in."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from stattable.formats.package import Package
from stattable.formats.pictures.grid import Grid, Mark
from stattable.formats.sheet import Cell
from stattable.formats.xml import Events, attribute, local_name, parse, whole

_ANCHORS: Final = frozenset(("twoCellAnchor", "oneCellAnchor", "absoluteAnchor"))
_SHAPES: Final = frozenset(("pic", "sp"))
_BRANCHES: Final = frozenset(("Choice", "Fallback"))
# Where the path to each ends in what it fills. An SVG is within the picture that is shown instead of it, or alone.
_BLIPS: Final = {"blip": slice(-3, None), "svgBlip": slice(-6, -3)}
_MARKS: Final = frozenset(("col", "colOff", "row", "rowOff"))
_FRAME: Final = {"off": ("x", "y"), "ext": ("cx", "cy"), "chOff": ("x", "y"), "chExt": ("cx", "cy")}
_LENGTH: Final = re.compile(r"\s*(-?\d{1,15}(?:\.\d{1,15})?)(mm|cm|in|pt|pc|pi)?\s*")
_UNITS: Final = {"mm": 36_000, "cm": 360_000, "in": 914_400, "pt": 12_700, "pc": 152_400, "pi": 152_400, None: 1}
_MAC: Final = "ma"  # what only a Mac understands: a PDF in a picture's stead, which has a PNG as its fallback

Pair = tuple[float, float]  # across and down
_FROM_CORNER: Final = (0.0, 0.5)  # how far a shape's corner and its middle are from its corner, of its size
Frame = dict[str, Pair]  # off, ext, chOff, chExt


class Floating(NamedTuple):
    """A picture that floats.

    Attributes:
        cell: that its middle lies in.
        corner: the row that its top left corner stands in.
        part: that holds it, None where that is missing.
    """

    cell: Cell
    corner: int
    part: str | None


def floating_pictures(package: Package, name: str, grid: Grid) -> list[Floating]:
    """Return the pictures of a drawing in their order.

    Args:
        package: the workbook's.
        name: of the drawing.
        grid: where the rows and columns of its sheet lie.
    """
    drawing = _Drawing(package.relations(name).by_id, grid)
    return drawing.placed if parse(package.content_if_whole(name), drawing) else []


@dataclass(slots=True)
class _Shape:
    """A picture, or a shape that one may fill."""

    has_picture: bool = False
    embedded: str = ""  # the Id of the picture
    frame: Frame = field(default_factory=dict)


@dataclass(slots=True)
class _Group:
    """How places in a group are places in what is anchored, which is 1 wide and 1 high: × `scale` + `start`."""

    scale: Pair = (0.0, 0.0)
    start: Pair = (0.5, 0.5)
    middle: Pair = (0.0, 0.0)  # of the group, in its own measure

    def within(self, outer: "_Group | None", frame: Frame) -> None:
        """Take where the group lies in `outer`; without one it is what is anchored."""
        measured = [frame.get(key, (0.0, 0.0)) for key in _FRAME]
        across, down = ([pair[side] for pair in measured] for side in (0, 1))
        lines = [
            _line(values, (outer.scale[side], outer.start[side]) if outer else None)
            for side, values in enumerate((across, down))
        ]
        self.scale = lines[0][0], lines[1][0]
        self.start = lines[0][1], lines[1][1]
        self.middle = across[2] + across[3] / 2, down[2] + down[3] / 2

    def place(self, frame: Frame, part: float) -> Pair:
        """Return where a place in a shape lies in what is anchored: `part` of its way from top left to bottom right."""
        at = self.middle
        if "off" in frame:
            (x, y), (width, height) = frame["off"], frame.get("ext", (0.0, 0.0))
            at = x + width * part, y + height * part
        return at[0] * self.scale[0] + self.start[0], at[1] * self.scale[1] + self.start[1]


def _line(values: list[float], outer: Pair | None) -> Pair:
    """Return scale and start of a group along one side, from its off, ext, chOff and chExt."""
    off, ext, child_off, child_ext = values
    if not child_ext:  # all that is in it lies in one place
        middle = off + ext / 2
        return 0.0, middle * outer[0] + outer[1] if outer else 0.5
    if outer is None:
        return 1 / child_ext, -child_off / child_ext
    scale = ext / child_ext
    return scale * outer[0], (off - child_off * scale) * outer[0] + outer[1]


@dataclass(slots=True)
class _Anchor:
    """What is anchored to the sheet, and the pictures in it."""

    kind: str
    marks: dict[str, str] = field(default_factory=dict)  # the texts of from and to
    pos: Pair = (0.0, 0.0)
    ext: Pair = (0.0, 0.0)
    pictures: list[tuple[Pair, Pair, str | None]] = field(default_factory=list)  # middle, corner, part

    def cell(self, grid: Grid, place: Pair) -> Cell:
        """Return the cell of a place in it."""
        x, y = (0.5 if math.isnan(at) else min(max(at, 0.0), 1.0) for at in place)
        width, height = self.ext
        if self.kind == "absoluteAnchor":
            return grid.rows.line_at(self.pos[1] + height * y) + 1, grid.columns.line_at(self.pos[0] + width * x) + 1
        (left, top), end = self._corner("from"), self._corner("to")
        right, bottom = end if self.kind == "twoCellAnchor" else (int(width), int(height))
        return grid.rows.line_between(top, bottom, y) + 1, grid.columns.line_between(left, right, x) + 1

    def _corner(self, name: str) -> tuple[Mark, Mark]:
        column, row = (Mark(whole(self.marks.get(f"{name}/{key}")), self._offset(name, key)) for key in ("col", "row"))
        return column, row

    def _offset(self, name: str, key: str) -> int:
        return int(_length(self.marks.get(f"{name}/{key}Off", "")))


class _Drawing(Events):
    """The events of a drawing.

    Of alternatives the first that has a picture is taken. They are no step of the path: what stands in one stands
    where the alternatives do.
    """

    def __init__(self, pictures: Mapping[str, str | None], grid: Grid) -> None:
        self.placed: list[Floating] = []
        self._pictures = pictures
        self._grid = grid
        self._path: list[str] = []
        self._anchor: _Anchor | None = None
        self._groups: list[_Group] = []
        self._shapes: list[_Shape] = []
        self._frame: Frame = {}
        self._text = ""
        self._seen = 0  # pictures
        self._alternatives: list[int] = []  # how many had been seen before each
        self._skipped = 0  # how deep it is in what is left out

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = local_name(tag)
        if self._skipped or (name in _BRANCHES and self._is_left_out(attributes)):
            self._skipped += 1
        elif name == "AlternateContent":
            self._alternatives.append(self._seen)
        elif name not in _BRANCHES:
            self._take(name, attributes)
            self._path.append(name)

    def _is_left_out(self, branch: Mapping[str, str]) -> bool:
        taken = self._alternatives and self._seen > self._alternatives[-1]
        return bool(taken) or _MAC in branch.get("Requires", "").split()

    def _take(self, name: str, attributes: Mapping[str, str]) -> None:
        path = self._path
        parent = path[-1] if path else ""
        self._text = ""
        if name in _ANCHORS and len(path) == 1:
            self._anchor = _Anchor(name)
        elif name == "grpSp":
            self._groups.append(_Group())
        elif name in _SHAPES:
            self._shapes.append(_Shape())
        elif name == "xfrm":
            self._frame = {}
        elif name in _FRAME and parent == "xfrm":
            self._frame[name] = _pair(attributes, *_FRAME[name])
        elif name in {"pos", "ext"} and len(path) == 2 and self._anchor:
            setattr(self._anchor, name, _pair(attributes, *_FRAME["off" if name == "pos" else "ext"]))
        elif self._shapes and name in _BLIPS and _is_the_picture(path[_BLIPS[name]]):
            shape = self._shapes[-1]
            self._seen += not shape.has_picture
            shape.has_picture = True
            shape.embedded = shape.embedded or attribute(attributes, "embed")

    def data(self, text: str) -> None:
        if not self._skipped and len(self._path) == 4 and len(self._text) < 40:
            self._text += text

    def end(self, tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        name = local_name(tag)
        if name == "AlternateContent":
            self._alternatives.pop()
        if name == "AlternateContent" or name in _BRANCHES:
            return
        path = self._path
        path.pop()
        if name in _MARKS and len(path) == 3 and self._anchor:
            self._anchor.marks[f"{path[-1]}/{name}"] = self._text
        elif name == "xfrm" and len(path) >= 2:
            self._take_frame(path)
        elif name == "grpSp":
            self._groups.pop()
        elif name in _SHAPES:
            self._end_shape(self._shapes.pop())
        elif name in _ANCHORS and len(path) == 1 and self._anchor:
            self._end_anchor(self._anchor)

    def _take_frame(self, path: list[str]) -> None:
        if path[-1] == "spPr" and path[-2] in _SHAPES:
            self._shapes[-1].frame = self._frame
        elif path[-1] == "grpSpPr" and path[-2] == "grpSp":
            outer = self._groups[-2] if len(self._groups) > 1 else None
            self._groups[-1].within(outer, self._frame)

    def _end_shape(self, shape: _Shape) -> None:
        if shape.has_picture and self._anchor:
            corner, middle = (
                self._groups[-1].place(shape.frame, part) if self._groups else (part, part) for part in _FROM_CORNER
            )
            self._anchor.pictures.append((middle, corner, self._pictures.get(shape.embedded)))

    def _end_anchor(self, anchor: _Anchor) -> None:
        self.placed += [
            Floating(anchor.cell(self._grid, middle), anchor.cell(self._grid, corner)[0], part)
            for middle, corner, part in anchor.pictures
        ]
        self._anchor = None


def _is_the_picture(path: list[str]) -> bool:
    """Whether a blip there is what a shape shows, and neither a bullet nor the filling of its letters."""
    return path[-2:] == ["pic", "blipFill"] or path == ["sp", "spPr", "blipFill"]


def _pair(attributes: Mapping[str, str], first: str, second: str) -> Pair:
    return _length(attributes.get(first, "")), _length(attributes.get(second, ""))


def _length(text: str) -> float:
    """Return a length in EMU; strict documents may give it with a unit."""
    match = _LENGTH.fullmatch(text)
    return float(match[1]) * _UNITS[match[2]] if match else 0.0
