"""Brings files whose names are a page, orders to a terminal, and formulas of a spreadsheet.

Form: archive
Alive: misleads
"""

import zipfile

NAMES = (
    '=HYPERLINK("http://127.0.0.1/","100")',
    "=cmd|' -C calc'!A0",
    "+1+1",
    "@SUM(1)",
    "\x1b[31mred",
    "<script>alert(1)</script>",
    "\u202egnp.exe",
    "]]>.py",
)


def pack(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**files, **dict.fromkeys(NAMES, b"")}.items():
            archive.writestr(name.replace("/", "\u2215") if name in NAMES else name, data)
