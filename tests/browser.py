"""A browser without a screen, in which pages are opened from disk; and what it asked for while it did."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

PROGRAM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
WIDE, PHONE = (1366, 768), (360, 780)
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars"
).split()
_PATIENCE = 20  # seconds; where all is well it takes a tenth of one


class Browser:
    """An open browser.

    Args:
        driver: what steers it.
    """

    def __init__(self, driver: webdriver.Chrome) -> None:
        self._driver = driver

    def open(self, path: Path, size: tuple[int, int] = WIDE) -> None:
        """Open a page from disk, on a screen of so many pixels, and forget what was said of the one before."""
        width, height = size
        how = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == PHONE}
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", how)
        for kind in ("browser", "performance"):
            self._driver.get_log(kind)
        self._driver.get(path.as_uri())

    def complaints(self) -> list[str]:
        """What the console says: errors of the script, and what the page's policy did not let in."""
        return [entry["message"] for entry in self._driver.get_log("browser")]

    def requests(self) -> list[str]:
        """The addresses that were asked for."""
        events = [json.loads(entry["message"])["message"] for entry in self._driver.get_log("performance")]
        return [one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"]

    def run(self, script: str, *arguments: object) -> Any:
        """Run a script, and return what it returns."""
        return self._driver.execute_script(script, *arguments)

    def all(self, selector: str) -> list[WebElement]:
        """The elements that a selector finds."""
        return self._driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        """The first of them."""
        return self._driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        """What is in the elements that a selector finds, whether it is on the screen or not."""
        found: list[str] = self.run(
            "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)", selector
        )
        return found

    def cells(self, selector: str) -> list[list[str]]:
        """What is in the cells of the rows that a selector finds."""
        found: list[list[str]] = self.run(
            "return [...document.querySelectorAll(arguments[0])]"
            ".map((one) => [...one.cells].map((cell) => cell.textContent))",
            selector,
        )
        return found

    def attributes(self, selector: str, name: str) -> list[str | None]:
        """An attribute of the elements that a selector finds."""
        found: list[str | None] = self.run(
            "return [...document.querySelectorAll(arguments[0])].map((one) => one.getAttribute(arguments[1]))",
            selector,
            name,
        )
        return found

    def type_into(self, selector: str, text: str) -> None:
        """Put a text, or a choice by its value, into a field, in place of what is there."""
        self.run(
            "const field = document.querySelector(arguments[0]); field.value = arguments[1];"
            "for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind))",
            selector,
            text,
        )

    def press(self, *keys: str) -> None:
        """Press keys where the focus is."""
        self._driver.switch_to.active_element.send_keys(*keys)

    def click(self, selector: str) -> None:
        """Click the first element that a selector finds, wherever it is on the page."""
        self.run("document.querySelector(arguments[0]).click()", selector)

    def wait_for(self, script: str) -> None:
        """Wait until a script returns something."""
        WebDriverWait(self._driver, _PATIENCE, 0.02).until(lambda _: self.run(script))

    def picture(self, *, whole: bool = False) -> bytes:
        """What is on the screen, or the whole page, as a PNG."""
        more: dict[str, Any] = {"captureBeyondViewport": True} if whole else {}
        if whole:
            size = self.run("const of = document.documentElement; return [of.clientWidth, of.scrollHeight]")
            more["clip"] = {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1}
        return base64.b64decode(self._driver.execute_cdp_cmd("Page.captureScreenshot", more)["data"])

    def printed(self) -> bytes:
        """The page as it is printed, as a PDF."""
        self._driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        how = {"preferCSSPageSize": True}
        return base64.b64decode(self._driver.execute_cdp_cmd("Page.printToPDF", how)["data"])


@contextmanager
def opened_browser(folder: Path) -> Iterator[Browser]:
    """A browser that keeps what it keeps in a folder, and is gone at the end."""
    options = webdriver.ChromeOptions()
    options.binary_location = PROGRAM
    for flag in (*FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    try:
        yield Browser(driver)
    finally:
        driver.quit()


__all__ = ["PHONE", "WIDE", "Browser", "Keys", "opened_browser"]
