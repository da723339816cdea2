"""Holds nothing but an archive in an archive, with 300 MB in the innermost.

Form: archive
Alive: exhausts
Refused: holds another archive
"""

import io
import zipfile


def pack(path, files):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("zeros", "w") as file:
            for _ in range(300):
                file.write(b"\0" * (1 << 20))
    middle = io.BytesIO()
    with zipfile.ZipFile(middle, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.zip", inner.getvalue())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("submission.zip", middle.getvalue())
