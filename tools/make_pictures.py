"""Makes the pictures of the readme and the guide from the examples: sheets, web pages, and what `check` says.

Needs LibreOffice, pdftoppm, Chromium, Pillow and a font with Chinese of fixed width. The pictures are looked at, not
tested.
"""

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from click.testing import CliRunner
from PIL import Image, ImageDraw, ImageFont, ImageOps
from rich.cells import cell_len
from rich.text import Text

from stattable.cli.commands import main
from stattable.output.console import check, findings
from stattable.output.console.terminal import Terminal

ROOT: Final = Path(__file__).resolve().parent.parent
IMAGES: Final = ROOT / "docs" / "images"
COMMAND: Final = ["check", "收到", "--roster", "名册.csv"]
FONT: Final = os.environ.get("FONT", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
FACE: Final = 7  # Noto Sans Mono CJK SC in the collection
SIZE, WIDTH, MARGIN = 20, 80, 16
SCREEN, PHONE = (1366, 768), (360, 780)  # pixels
SHEETS: Final = {"guide-units": 2, "guide-reported": 5, "guide-charts": 7, "guide-findings": 8}  # and their pages
BROWSER: Final = "chromium --headless=new --no-sandbox --disable-gpu --no-first-run --hide-scrollbars".split()
INK: Final = {1: "#ff6b68", 2: "#98c379", 3: "#e5c07b", 6: "#56b6c2"}  # the terminal's red, green, yellow and cyan
DIM: Final = "#8a919c"
LEAN: Final = {"“": 1.0, "‘": 1.0, "”": 0.0, "’": 0.0}  # where a wide glyph stands in its narrow cell
PAPER, TEXT = "#1e2127", "#dcdfe4"
INSTEAD: Final = (
    '<match><test name="family"><string>{}</string></test>'
    '<edit name="family" mode="assign" binding="strong"><string>{}</string></edit>'
    '<edit name="weight" mode="assign" binding="strong"><const>{}</const></edit></match>'
)
LETTER_FONTS: Final = {
    "方正小标宋简体": ("Noto Serif CJK SC", "bold"),
    "仿宋_GB2312": ("Noto Serif CJK SC", "regular"),
    "楷体_GB2312": ("Noto Serif CJK SC", "regular"),
    "宋体": ("Noto Serif CJK SC", "regular"),
    "黑体": ("Noto Sans CJK SC", "regular"),
}


def terminal() -> None:
    """Draw what `check` says of the examples, each character on the grid of a terminal."""
    out = io.StringIO()
    recorder = Terminal(is_screen=True, file=out, width=WIDTH, force_terminal=True, color_system="standard")
    for module in (check, findings):
        vars(module)["make_console"] = lambda: recorder
    CliRunner().invoke(main, [*COMMAND, "--quiet"])
    lines = [Text(f"$ stattable {' '.join(COMMAND)}"), *Text.from_ansi(out.getvalue()).split("\n")]
    font = ImageFont.truetype(FONT, SIZE, index=FACE)
    step, height = SIZE / 2, int(SIZE * 1.45)
    picture = Image.new("RGB", (int(WIDTH * step) + 2 * MARGIN, len(lines) * height + 2 * MARGIN), PAPER)
    draw = ImageDraw.Draw(picture)
    for row, line in enumerate(lines):
        at = 0
        for position, char in enumerate(line.plain):
            style = line.get_style_at_offset(recorder, position)
            ink = INK.get(style.color.number or 0, TEXT) if style.color else DIM if style.dim else TEXT
            spare = cell_len(char) * step - font.getlength(char)
            place = (MARGIN + at * step + spare * LEAN.get(char, 0.5), MARGIN + row * height)
            draw.text(place, char, ink, font, stroke_width=0.4 if style.bold else 0)
            at += cell_len(char)
    picture.save(IMAGES / "check.png", optimize=True)


def workbooks() -> None:
    """Draw the sheets that the readme and the guide show, made from the examples."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        merged, state = place / "merged.xlsx", place / "state.xlsx"
        run("merge", "收到", "--roster", "名册.csv", "-o", str(merged))
        run("new", "--roster", "名册.csv", "--year", "2026", "-o", str(place / "空白表"))
        run("check", "收到", "--roster", "名册.csv", "--return", str(place / "退回"))
        run("status", "收到", "--roster", "名册.csv", "-o", str(state))
        draw(merged, 1, "page")
        for name, number in SHEETS.items():
            draw(merged, number, name)
        draw(next((place / "空白表").rglob("*邵岗村委会.xlsx")), 1, "guide-blank")
        returned = next((place / "退回").rglob("恒通社区*.xlsx"))
        draw(returned, 1, "guide-returned")
        draw(returned, 2, "guide-review")
        draw(state, 1, "guide-status")


def letter() -> None:
    """Draw the first page of the letter, as a whole sheet, with fonts that stand in for those that it asks for."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        written, fonts = place / "letter.docx", place / "fonts.conf"
        run("merge", "收到", "--roster", "名册.csv", "-o", str(place / "merged.xlsx"), "--docx", str(written))
        instead = "".join(INSTEAD.format(name, *to) for name, to in LETTER_FONTS.items())
        fonts.write_text(
            f"<fontconfig><include>/etc/fonts/fonts.conf</include>{instead}</fontconfig>", encoding="utf-8"
        )
        os.environ["FONTCONFIG_FILE"] = str(fonts)
        draw(written, 1, "guide-letter", is_whole=True)
        del os.environ["FONTCONFIG_FILE"]


def web_pages() -> None:
    """Draw what the web page of a merge shows first, on a small screen and on a phone."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        run("merge", "收到", "--roster", "名册.csv", "-o", str(Path(folder, "merged.xlsx")), "--html", str(page))
        for name, (width, height) in {"guide-html": SCREEN, "guide-html-phone": PHONE}.items():
            target = IMAGES / f"{name}.png"
            how = [f"--user-data-dir={folder}/{name}", f"--screenshot={target}", f"--window-size={width},{height}"]
            subprocess.run([*BROWSER, *how, page.as_uri()], check=True, capture_output=True)  # it says a lot
            with Image.open(target) as picture:
                picture.convert("P", palette=Image.Palette.ADAPTIVE).save(target, optimize=True)


def run(*arguments: str) -> None:
    """Run a command; what it found is of no interest."""
    CliRunner().invoke(main, arguments, catch_exceptions=False)


def draw(workbook: Path, number: int, name: str, *, is_whole: bool = False) -> None:
    """Draw a page of a workbook or a letter, without the paper that nothing is on unless the page `is_whole`."""
    convert = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(workbook.parent), str(workbook)]
    subprocess.run(convert, check=True, stdout=sys.stderr)
    page = ["pdftoppm", "-r", "80", "-f", str(number), "-l", str(number), "-singlefile", "-png"]
    target = IMAGES / name
    subprocess.run([*page, str(workbook.with_suffix(".pdf")), str(target)], check=True)
    target = target.with_name(f"{name}.png")
    with Image.open(target) as picture:
        if is_whole:
            ImageOps.expand(picture.convert("L"), border=1, fill="grey").save(target, optimize=True)
            return
        drawn = ImageOps.invert(picture.convert("L")).getbbox() or (0, 0, *picture.size)
        room = (max(drawn[0] - MARGIN, 0), max(drawn[1] - MARGIN, 0), drawn[2] + MARGIN, drawn[3] + MARGIN)
        picture.crop(room).convert("P", palette=Image.Palette.ADAPTIVE).save(target, optimize=True)


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    os.chdir(ROOT / "examples")
    workbooks()
    letter()
    web_pages()
    terminal()
