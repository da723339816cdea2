"""What differs between two runs of the same kit is masked; everything else is frozen as it is.

A time is one; so is the order in which the slowest submissions are listed. The bytes of a picture, and a
decimal beyond its third digit, depend on the processor. Tables of points are never touched.
"""

from __future__ import annotations

import base64
import io
import re

from PIL import Image

SECONDS = "SECONDS"
RUN_TIME = re.compile(r'("execution_time": )\d+')
CASE_TIME = re.compile(r'(<test(?:suite|case) [^>]*\btime=")\d+\.\d{3}(")')
VERIFY_TIME = re.compile(r"^(\d+ trials with seeds? .* in )\d+ s(: )", re.M)
SLOWEST = re.compile(r'(<section id="slowest">\n<h2>Slowest</h2>\n<ol>\n)(.*?)(</ol>)', re.S)
SLOW = re.compile(r"^(<li>.*: )\d+ s(</li>)$", re.M)
PICTURE = re.compile(r'src="data:image/jpeg;base64,([A-Za-z0-9+/=]+)"')
DECIMAL = re.compile(r"(?<![\w.])\d+\.(?:\d{3,}(?:e[+-]?\d+)?|\d+e[+-]?\d+)(?![\w.]*\w)")  # 0.1234, 1.2e-07


def masked(name: str, text: str) -> str:
    """The text of an output, called `name`, as it is frozen."""
    suffix = name.rpartition(".")[2]
    if suffix == "json":
        text = RUN_TIME.sub(rf'\1"{SECONDS}"', text)
    elif suffix == "xml":
        text = CASE_TIME.sub(rf"\1{SECONDS}\2", text)
    elif suffix == "html":
        text = PICTURE.sub(_described, SLOWEST.sub(_in_order, text))
    elif suffix == "txt":
        text = VERIFY_TIME.sub(rf"\1{SECONDS}\2", text)
    return text if suffix == "csv" else DECIMAL.sub(_rounded, text)


def _in_order(found: re.Match) -> str:
    lines = sorted(SLOW.sub(rf"\1{SECONDS}\2", found[2]).splitlines(keepends=True))
    return found[1] + "".join(lines) + found[3]


def _described(found: re.Match) -> str:
    width, height = Image.open(io.BytesIO(base64.b64decode(found[1]))).size
    return f'src="JPEG of {width} × {height} pixels"'


def _rounded(found: re.Match) -> str:
    return f"{float(found[0]):.3g}"
