"""The language in which the package speaks: English, or one that has a table beside this file (given).

    speak("zh")
    t("{N} photos", N=20)

The English sentence is its own key: what a table lacks is said in English.
"""

import json
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
REMEMBERED = 1_000  # sentences
_chosen, _lately = {"language": "en"}, {}


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
    english = sentence.format(**values) if values else sentence
    other = table(spoken()).get(sentence)
    if other is None:
        return english
    said = other.format(**values) if values else other
    _lately.pop(said, None)
    _lately[said] = english
    if len(_lately) > REMEMBERED:
        del _lately[next(iter(_lately))]
    return said


def in_english(text):
    """Return a text with all in it that `t` has said lately in English: for where it can't be written."""
    for said in sorted(_lately, key=len, reverse=True):
        text = text.replace(said, _lately[said])
    return text


@cache
def table(language):
    """Return {English sentence: the same in `language`}; for English itself, nothing."""
    file = FOLDER / f"words_{language}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
