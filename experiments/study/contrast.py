"""The question of the study as experiments/contrast.toml fixes it: shares, recipe, tuning, cells."""

import hashlib
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parents[1] / "contrast.toml"
TABLES = {
    "contrast": {"shares", "minus", "seeds", "by_a_lot", "equal", "half_width", "level", "replicates"},
    "recipe": {"encoder", "size", "batch", "temperature", "precision"},
    "tuning": {"seed", "learning_rate", "pretraining_rate", "weight_decay", "extensions"},
    "validation": set(),
}


@dataclass(frozen=True)
class Cell:
    """One comparison of the plan.

    - data: name of a data set. labels: of each class, or "all".
    - images: what SimCLR sees: "labelled", or a number of images, the labelled ones among them.
    - seconds: of the processor, of one arm, pretraining included.
    - rates: name of the cell whose rates are used; None tunes this one.
    """

    data: str
    labels: int | str
    images: int | str
    seconds: float
    rates: str | None = None

    @property
    def name(self):
        labels = "all labels" if self.labels == "all" else f"{self.labels} labels"
        return f"{self.data}, {labels}, {self.images} images"


@dataclass(frozen=True)
class Question:
    """What contrast.toml says: the dicts of its tables, the cells, and a fingerprint of all of it."""

    contrast: dict
    recipe: dict
    tuning: dict
    validation: dict
    cells: tuple
    fingerprint: str

    def cell(self, name):
        """Return the cell of this name. Raises ValueError when there is none."""
        for cell in self.cells:
            if cell.name == name:
                return cell
        raise ValueError(f"There is no cell {name!r}; there are: {'; '.join(c.name for c in self.cells)}.")

    def arms(self):
        """Return the shares other than the one that is subtracted."""
        return [share for share in self.contrast["shares"] if share != self.contrast["minus"]]


def read_question(file=FILE):
    """Return the Question of a file. Raises ValueError that says what is missing or can't be run."""
    try:
        told = tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{file} can't be read as a question: {error}") from None
    for table, names in TABLES.items():
        missing = names - told.get(table, {}).keys()
        if table not in told or missing:
            raise ValueError(f"{file}: [{table}] lacks {', '.join(sorted(missing)) or 'all'}.")
    if told["contrast"]["minus"] not in told["contrast"]["shares"]:
        raise ValueError(f"{file}: minus is none of the shares.")
    try:
        cells = tuple(Cell(**cell) for cell in told.get("cell", []))
    except TypeError as error:
        raise ValueError(
            f"{file}: a [[cell]] has other entries than data, labels, images, seconds, rates: {error}"
        ) from None
    fingerprint = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
    tables = {name: told[name] for name in TABLES}
    question = Question(**tables, cells=cells, fingerprint=fingerprint)
    for cell in cells:
        if cell.rates and question.cell(cell.rates).rates:
            raise ValueError(f"{file}: {cell.name} takes rates of a cell that tunes none.")
    return question
