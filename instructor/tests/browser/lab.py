"""A student at JupyterLab: opens notebooks, runs cells, moves sliders, presses buttons."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Locator, Page

STATE = """() => [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell')]
    .map(cell => cell.querySelector('.jp-InputPrompt').textContent)"""


class Lab:
    """One browser window on one student's folder; `pictures` is where screenshots go, if anywhere."""

    def __init__(self, page: Page, address: str, token: str, checkout: Path, pictures: Path | None) -> None:
        self.page, self.checkout = page, checkout
        self._address, self._token, self._pictures = address, token, pictures
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, notebook: str) -> None:
        """Open a notebook of the folder notebooks, and wait until its kernel is ready."""
        self.page.goto(f"{self._address}/lab/tree/notebooks/{notebook}.ipynb?reset&token={self._token}")
        self.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        book = json.loads((self.checkout / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))
        self._ids = [cell["id"] for cell in book["cells"]]

    def run_all(self, seconds: float = 240) -> float:
        """Choose Run All Cells from the menu; return after how many seconds the last cell was done."""
        start = time.monotonic()
        self.menu("Run", "Run All Cells")
        self.wait_until_done(seconds)
        return time.monotonic() - start

    def wait_until_done(self, seconds: float = 240) -> None:
        """Wait until no cell is waiting or running any longer."""
        self.page.wait_for_timeout(300)
        deadline = time.monotonic() + seconds
        while any("*" in prompt for prompt in self.page.evaluate(STATE)):
            assert time.monotonic() < deadline, f"cells are still running: {self.page.evaluate(STATE)}"
            self.page.wait_for_timeout(200)

    def menu(self, name: str, item: str) -> None:
        """Choose an item of the menu bar."""
        self.page.locator(".lm-MenuBar-itemLabel", has_text=name).first.click()
        self.page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()

    def cell(self, cell_id: str) -> Locator:
        """The cell with this id."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(self._ids.index(cell_id))

    def text(self, cell_id: str) -> str:
        """What a cell has put out, as text."""
        return self.cell(cell_id).locator(".jp-Cell-outputArea").inner_text()

    def run_from(self, cell_id: str) -> None:
        """Run a cell and all below it."""
        self.cell(cell_id).locator(".jp-InputArea-editor").click()
        self.page.keyboard.press("Escape")
        self.menu("Run", "Run Selected Cell and All Below")
        self.wait_until_done()

    def raised(self) -> list[str]:
        """The errors that cells have ended with."""
        mime = "application/vnd.jupyter.error"
        return self.page.locator(f".jp-RenderedText[data-mime-type='{mime}']").all_inner_texts()

    def slide(self, explorer: Locator, description: str, steps: int) -> None:
        """Move a slider by so many steps to the right, or to the left when negative."""
        slider = explorer.locator(f".widget-slider:has(label:text-is('{description}'))")
        slider.locator(".noUi-handle").focus()
        for _ in range(abs(steps)):
            self.page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")

    def changes(self, pictures: Locator, before: str, seconds: float = 30) -> str:
        """Wait until a part of the page shows something else than `before`; return its HTML."""
        deadline = time.monotonic() + seconds
        while (now := pictures.inner_html()) == before:
            assert time.monotonic() < deadline, "the pictures stay the same"
            self.page.wait_for_timeout(50)
        return now

    def picture(self, name: str, of: Locator | None = None) -> None:
        """Keep a screenshot of the window, or of a part of it."""
        if self._pictures:
            self._pictures.mkdir(parents=True, exist_ok=True)
            (of or self.page).screenshot(path=self._pictures / f"{name}.png")

    def save(self) -> None:
        """Save the notebook and wait until it is on disk."""
        self.menu("File", "Save Notebook")
        self.page.wait_for_selector(".jp-Document:not(.lm-mod-hidden)")
        self.page.wait_for_timeout(1500)

    def stop_kernels(self) -> None:
        """End all kernels, as when the computer was switched off."""
        for kernel in json.loads(self._ask("GET", "/api/sessions")):
            self._ask("DELETE", f"/api/sessions/{kernel['id']}")

    def _ask(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(
            self._address + path, method=method, headers={"Authorization": f"token {self._token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()
