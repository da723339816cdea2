"""What all explorers share: how they are shown, how they call the student's code, how work is stopped."""

import base64
import contextlib
import html
import importlib
import inspect
import threading

import ipywidgets as widgets
from IPython import get_ipython
from IPython.display import display

from ..check_examples.expect import CheckFailed
from ..checks import told
from ..data_utils import imagenet_class_names
from ..start import on_colab
from ..todo import TASK_FILES, TaskNotStarted
from ..words import t
from .drawing import png

# Where the explorer is alive, its still picture is one too many; where it is not, its place is empty.
STYLE = """<style class="cs231n-style">
.jp-OutputArea-child:has(.cs231n-explorer) + .jp-OutputArea-child:has(.jp-RenderedImage) { display: none; }
.jp-OutputArea-child:has(.cs231n-style) + .jp-OutputArea-child:not(:has(.cs231n-explorer)) { display: none; }
.cs231n-explorer .widget-label { font-variant-numeric: tabular-nums; }
.cs231n-explorer .widget-label { min-width: 6.5em; }
.cs231n-row { display: flex; flex-wrap: wrap; gap: 10px; margin-bottom: 6px; color: inherit; }
.cs231n-row figure { margin: 0; }
.cs231n-row figcaption { height: 2.9em; line-height: 1.4; overflow: hidden; white-space: nowrap; }
.cs231n-row figcaption { text-overflow: ellipsis; }
.cs231n-row .cs231n-small { font-size: 12px; }
.cs231n-row img { display: block; max-width: none; }
.cs231n-pixels { image-rendering: pixelated; }
.cs231n-explorer :focus-visible { outline: 2px solid #d1495b; outline-offset: 1px; }
.cs231n-said { padding: 6px 10px; border-left: 3px solid #d1495b; line-height: 1.45; max-width: 60em; }
</style>"""


class Explorer:
    """Controls and pictures; as the last line of a cell it shows itself.

    - rows: the widgets, from top to bottom, the HTML `picture` among them. A sentence for the student stands
      below them, in `said`.
    """

    def __init__(self, *rows):
        self.said = widgets.HTML()
        self.picture.add_class("cs231n-pictures")
        self.widget = widgets.VBox([*rows, self.said])
        self.widget.add_class("cs231n-explorer")
        self._still_shown = None

    def still(self):
        """Return the PIL image that stands for the explorer where no widget can be drawn."""
        raise NotImplementedError

    def say(self, sentence=""):
        """Show a sentence below the pictures, or none."""
        self.said.value = f'<div class="cs231n-said">{html.escape(sentence)}</div>' if sentence else ""

    def refresh_still(self):
        """Put the still picture right after the explorer's own has changed for good."""
        if self._still_shown is not None:
            self._still_shown.update(_still_bundle(self.still()), raw=True)

    @contextlib.contextmanager
    def told(self, task):
        """A `with` block that calls the student's function `task`; what goes wrong becomes a sentence."""
        self.say()
        try:
            yield
        except TaskNotStarted as unfilled:
            self.say(str(unfilled))
        except CheckFailed as failed:
            self.say(f"{task}: {failed}")
        except Exception as error:
            self.say(f"{task}: {told(task, error)}")

    def _ipython_display_(self):
        display({"text/html": STYLE, "text/plain": ""}, raw=True)
        display(
            {
                **_view(self.widget),
                "text/plain": t("An explorer. It needs a running kernel: run this cell again."),
            },
            raw=True,
        )
        if not on_colab():  # which draws widgets also after the kernel has ended, and would show both
            alt = {"image/png": {"alt": type(self).__name__}}
            self._still_shown = display(_still_bundle(self.still()), raw=True, display_id=True, metadata=alt)


class Seeker(Explorer):
    """An explorer whose start button has the student's function `task` work towards a class."""

    task = ""

    def make_controls(self, target_y, description):
        """Make the field `target`, set to a class, and the buttons `start` and `stop`."""
        self._classes, self.work = ClassNames(), Work()
        self.target = self._classes.chooser(target_y, description)
        self.start = widgets.Button(description=t("start"), icon="play", button_style="primary")
        self.stop = widgets.Button(description=t("stop"), icon="stop", disabled=True)
        self.start.on_click(self._begin)
        self.stop.on_click(lambda _: self.work.stop())

    def prepare(self):
        """Called right before `run`, while nothing runs."""

    def fill(self):
        """Run once right away, so that the first view shows what the student's code does."""
        with self.told(self.task):
            function = latest(self.task)
            self.prepare()
            self.work.do(lambda: self.run(function, self._classes.number(self.target.value)))

    def run(self, function, target_y):
        """What is done beside the notebook, in a thread of its own; `function` is the student's."""
        raise NotImplementedError

    def _begin(self, _button):
        target_y = self._classes.number(self.target.value)
        if target_y is None:
            self.say(no_class(self.target.value))
        elif not self.work.running:
            with self.told(self.task):
                function = latest(self.task)
                self.prepare()
                self.start.disabled, self.stop.disabled = True, False
                self.work.start(lambda: self.run(function, target_y))


def no_class(text):
    """Return what to say of a text that names no class."""
    return t("There is no class {text!r}. Type a part of a name and choose from the list.", text=text)


class Work:
    """One piece of work at a time, beside the notebook, so that a button can stop it."""

    def __init__(self):
        self._stopped, self._thread = threading.Event(), None

    @property
    def running(self):
        return self._thread is not None and self._thread.is_alive()

    @property
    def stopped(self):
        """Whether the work has been asked to end; it looks here between its steps."""
        return self._stopped.is_set()

    def start(self, function):
        """Begin `function()`, unless something is running still."""
        if not self.running:
            self._stopped.clear()
            self._thread = threading.Thread(target=function, daemon=True)
            self._thread.start()

    def do(self, function):
        """Do `function()` right away, while the notebook waits."""
        self._stopped.clear()
        function()

    def stop(self):
        """Ask the work to end."""
        self._stopped.set()

    def wait(self, seconds=60):
        """Wait for the end; return whether it came within so many seconds."""
        if self._thread is not None:
            self._thread.join(seconds)
        return not self.running


def latest(task):
    """Return the student's function `task` as its file has it now, edits since the last cell included."""
    shell = get_ipython()
    autoreload = shell and shell.magics_manager.registry.get("AutoreloadMagics")
    if autoreload:  # it acts before a cell is run, but a slider runs no cell
        check = autoreload.pre_run_cell
        check(*[None] * len(inspect.signature(check).parameters))  # none in IPython 7
    # "cs231n/simclr/utils.py" -> "..simclr.utils"
    module = "." + TASK_FILES[task].removesuffix(".py").replace("/", ".").removeprefix("cs231n")
    return getattr(importlib.import_module(module, __package__), task)


class ClassNames:
    """ImageNet's classes, to be chosen by name; a name that two classes share gets its number."""

    def __init__(self):
        names = imagenet_class_names()
        self.names = [f"{name} ({k})" if names.count(name) > 1 else name for k, name in enumerate(names)]
        self._numbers = {name: k for k, name in enumerate(self.names)}

    def chooser(self, number, description):
        """Return a text field that completes the names, set to class `number`."""
        return widgets.Combobox(
            value=self.names[number],
            options=self.names,
            description=description,
            placeholder=t("begin to type"),
            continuous_update=False,
            layout={"width": "20em"},
        )

    def number(self, text):
        """Return the class that a text names, by its name or its number; None for no class."""
        text = text.strip()
        if text in self._numbers:
            return self._numbers[text]
        return int(text) if text.isdecimal() and int(text) < len(self.names) else None


def _view(widget):
    """What a frontend draws a widget from, in ipywidgets 7 and 8 alike."""
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {"application/vnd.jupyter.widget-view+json": view}


def _still_bundle(picture):
    encoded = base64.b64encode(png(picture)).decode("ascii")
    return {"image/png": encoded, "text/plain": t("The explorer as it was when the cell had run.")}
