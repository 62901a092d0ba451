"""Chromium driven by selenium: what tests open, press and see, and what it asked for."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException as StaleElement
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from selenium.webdriver.remote.webelement import WebElement

PATIENCE: Final = 20.0
WIDE: Final = (1400, 1000)

_FLAGS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *(
        "--disable-dev-shm-usage",
        "--no-proxy-server",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ),
)
"""The last two: nothing but loopback can be reached, whatever a page asks for."""


class Browser:
    """A browser with one tab."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def fresh(self) -> None:
        """As if it had just been started."""
        self.run("Network.clearBrowserCookies")
        self.run("Emulation.setScriptExecutionDisabled", value=False)
        self.run("Emulation.setEmulatedMedia", media="", features=[])
        self.size(*WIDE)
        self.driver.get("about:blank")
        self.requests()
        self.messages()

    def run(self, command: str, **arguments: Any) -> Any:
        """A command of the developer tools."""
        return self.driver.execute_cdp_cmd(command, arguments)

    def open(self, where: Path | str) -> None:
        self.driver.get(where if isinstance(where, str) else where.as_uri())

    def size(self, width: int, height: int) -> None:
        """The size of the screen, exactly; a window cannot be made as narrow as a phone."""
        self.run(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def dark(self) -> None:
        """The system says that it prefers dark colours."""
        feature = {"name": "prefers-color-scheme", "value": "dark"}
        self.run("Emulation.setEmulatedMedia", media="", features=[feature])

    def without_scripts(self) -> None:
        self.run("Emulation.setScriptExecutionDisabled", value=True)

    def js(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def all(self, css: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def one(self, css: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def shown(self, css: str) -> list[str]:
        """The texts of those elements that can be seen."""
        return [element.text for element in self.all(css) if element.is_displayed()]

    def press(self, keys: str) -> None:
        ActionChains(self.driver).send_keys(keys).perform()

    def until(self, holds: Callable[[], Any], what: str = "") -> None:
        """Wait until something holds. The page may be fetched anew meanwhile."""
        waiting = WebDriverWait(
            self.driver, PATIENCE, poll_frequency=0.05, ignored_exceptions=[StaleElement]
        )
        waiting.until(lambda _: holds(), what)

    def colour(self, css: str, of: str = "background-color") -> tuple[int, ...]:
        """A colour as red, green and blue."""
        text = self.one(css).value_of_css_property(of)
        return tuple(int(float(part)) for part in text[text.index("(") + 1 : -1].split(",")[:3])

    def small_targets(self, css: str) -> list[str]:
        """Those of these elements that are lower than 40 pixels, as they are drawn."""
        heights = "return [...document.querySelectorAll(arguments[0])].map((e) => [e.outerHTML"
        heights += ".slice(0, 80), e.getBoundingClientRect().height])"
        return [f"{html}: {size}" for html, size in self.js(heights, css) if 0 < size < 40]

    def requests(self) -> list[str]:
        """The addresses that were asked for since the last call."""
        entries = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        sent = [entry for entry in entries if entry["method"] == "Network.requestWillBeSent"]
        return [entry["params"]["request"]["url"] for entry in sent]

    def messages(self) -> list[str]:
        """What the console said since the last call: refusals by the policy, errors."""
        return [entry["message"] for entry in self._log("browser")]

    def _log(self, kind: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call]
        return entries


@contextmanager
def started(program: str, driver: str, profile: Path) -> Iterator[Browser]:
    """A browser with a profile of its own."""
    options = Options()
    options.binary_location = program
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    running = webdriver.Chrome(options, Service(driver))
    try:
        yield Browser(running)
    finally:
        running.quit()
