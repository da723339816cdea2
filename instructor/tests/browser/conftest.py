"""JupyterLab on a student's folder, a headless Chromium in front of it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from instructor.core.tasks import ROOT
from instructor.tests.browser.lab import Lab

TOKEN = "student"
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # every cell is there to be looked at
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
}


@pytest.fixture(scope="session")
def checkout(tmp_path_factory) -> Path:
    """A student's folder, nothing filled in, the embedded data beside it."""
    folder = tmp_path_factory.mktemp("student") / "assignment"
    command = [sys.executable, "-m", "instructor", "compose", "--fill", "unfilled", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True)
    (folder / "datasets" / "embedded").symlink_to(ROOT / "datasets" / "embedded")
    return folder


@pytest.fixture(scope="session")
def server(checkout, tmp_path_factory):
    """The address of a running JupyterLab, and the seconds until it answered."""
    home = tmp_path_factory.mktemp("home")
    for plugin, values in SETTINGS.items():
        file = home / "settings" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), encoding="utf-8")
    environment = {
        **{name: value for name, value in os.environ.items() if name != "CS231N_DATA"},
        "CS231N_QUICK": "1",
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    port = _free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += [f"--IdentityProvider.token={TOKEN}", "--LabApp.default_url=/lab/tree/notebooks"]
    start = time.monotonic()
    with open(home / "log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(command, cwd=checkout, env=environment, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        while not _answers(f"{address}/api?token={TOKEN}"):
            assert process.poll() is None, (home / "log").read_text(encoding="utf-8")
            assert time.monotonic() - start < 60, "JupyterLab does not answer"
            time.sleep(0.1)
        yield address, time.monotonic() - start
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium, the system's own."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((found for name in names if (found := shutil.which(name))), None)
    assert program, "There is no Chromium. Run: make test-browser"
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=options)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def lab(server, browser, checkout, request) -> Lab:
    """The student's browser window."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(30_000)
    pictures = os.environ.get("BROWSER_PICTURES")
    return Lab(page, server[0], TOKEN, checkout, Path(pictures) if pictures else None)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
