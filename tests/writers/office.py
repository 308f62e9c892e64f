"""Workbooks as LibreOffice saves them. It must be installed; nothing is skipped."""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory


def saved_as(to: str, folder: Path, *paths: Path) -> list[Path]:
    """Have LibreOffice save files in another format.

    Args:
        to: the format, as an ending, and maybe a filter behind a colon.
        folder: where what is saved goes.
        paths: the files.

    Returns:
        What was saved, in the order of `paths`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as profile:
        settings = f"-env:UserInstallation={Path(profile).as_uri()}"
        command = ["soffice", settings, "--headless", "--convert-to", to, "--outdir", str(folder), *map(str, paths)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    return [folder / f"{path.stem}.{to.partition(':')[0]}" for path in paths]
