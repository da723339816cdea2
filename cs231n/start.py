"""What the first cell of every notebook does once it has found the package (given).

    from cs231n.start import start
    start("en")

It works in the Jupyter of requirements.txt, and in Colab's older one, to which it adds what is missing.
"""

import importlib.util
import logging
import os
import subprocess
import sys
import types
import warnings
from contextlib import contextmanager
from pathlib import Path

from IPython import get_ipython

from .words import speak, t

ROOT = Path(__file__).resolve().parents[1]

# Fonts with Chinese characters, of Linux, macOS and Windows.
HAN = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei")
HAN += ("Noto Sans CJK JP", "PingFang SC", "Hiragino Sans GB", "Heiti TC", "Arial Unicode MS")
HAN += ("Microsoft YaHei", "SimHei", "SimSun")


def start(language="en"):
    """Have the notebook take up each file that you save, draw its pictures in it, and find its data.

    - language: of cards, explorers, plots and progress; "en" or "zh".

    Raises ValueError for another language, and RuntimeError when what Colab lacks can't be installed.
    """
    shell = get_ipython()
    with _imp():
        shell.run_line_magic("reload_ext", "autoreload")
    shell.run_line_magic("autoreload", "2")
    shell.run_line_magic("matplotlib", "inline")
    if speak(language) == "zh":
        _write_chinese(shell)
    if on_colab():
        _complete_colab()


def _write_chinese(shell):
    """Have plots written with a font that has Chinese characters, or else by the browser, which has one."""
    import matplotlib

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it tells of every weight it lacks
    if name := chinese_font():
        matplotlib.rcParams["font.family"] = ["DejaVu Sans", name]
        return
    print(t("No font with Chinese characters was found here, so your browser writes the words in the plots."))
    matplotlib.rcParams["svg.fonttype"] = "none"
    matplotlib.rcParams["font.family"] = ["DejaVu Sans", "sans-serif"]
    shell.run_line_magic("config", "InlineBackend.figure_formats = ['svg']")
    warnings.filterwarnings("ignore", message="Glyph .* missing from font")


def chinese_font():
    """Return the name of an installed font with Chinese characters; None if there is none."""
    from matplotlib.font_manager import fontManager

    there = {font.name for font in fontManager.ttflist}
    return next((name for name in HAN if name in there), None)


def on_colab():
    """Return whether the notebook runs on Google Colab."""
    return "google.colab" in sys.modules


def _complete_colab():
    """Colab brings PyTorch along, but neither timm nor the data."""
    needed = [["bash", str(ROOT / "datasets" / "get_datasets.sh"), "--quiet", "embedded"]]
    if importlib.util.find_spec("timm") is None:
        needed.append([sys.executable, "-m", "pip", "install", "--quiet", "timm"])
    settings = {**os.environ, "PYTHON": sys.executable}
    for command in needed:
        done = subprocess.run(command, capture_output=True, text=True, env=settings)
        if done.returncode:
            said = (done.stdout + done.stderr).strip()[-600:]
            raise RuntimeError(f"This did not work: {' '.join(command)}\n{said}\nRun this cell again.")


@contextmanager
def _imp():
    """A `with` block in which `from imp import reload` works.

    IPython 7, Colab's, begins its autoreload with that line, and Python 3.12 has dropped the module.
    """
    if importlib.util.find_spec("imp") is not None:
        yield
        return
    sys.modules["imp"] = types.ModuleType("imp")
    sys.modules["imp"].reload = importlib.reload
    try:
        yield
    finally:
        del sys.modules["imp"]
