"""The language in which the package speaks: English, or one that has a table beside this file (given).

    speak("zh")
    t("{N} photos", N=20)

The English sentence is its own key: what a table lacks is said in English.
"""

import json
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
_chosen = {"language": "en"}


def speak(language):
    """Choose the language of everything that is said from now on; return it.

    Raises ValueError for one that is not there.
    """
    if language not in languages():
        raise ValueError(f"There is no language {language!r}; choose one of {', '.join(languages())}.")
    _chosen["language"] = language
    return language


def spoken():
    """Return the language that was chosen last."""
    return _chosen["language"]


def languages():
    """Return the languages that there are, English first."""
    return ["en", *sorted(file.stem.removeprefix("words_") for file in FOLDER.glob("words_*.json"))]


def t(sentence, /, **values):
    """Return a sentence in the chosen language, with {names} replaced by `values` as str.format does it."""
    said = table(spoken()).get(sentence, sentence)
    return said.format(**values) if values else said


@cache
def table(language):
    """Return {English sentence: the same in `language`}; for English itself, nothing."""
    file = FOLDER / f"words_{language}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
