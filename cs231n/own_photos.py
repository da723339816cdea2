"""Your own photos beside those of the assignment (given).

Put photos into datasets/own_photos, or load them up with explore.OwnPhotos. They stay on this computer: they
are no part of your submission.
"""

import io
import re

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError

from .data_utils import data_folder
from .image_utils import preprocess
from .simclr.evaluation import device_of
from .words import t

SIDE = 224
LARGEST = 100_000_000  # pixels of a photo


class NotAPhoto(ValueError):  # noqa: N818
    """A file is no photo that can be used; the message says which file, why, and what to do."""


def with_own_photos(photos, labels, model):
    """Put your own photos in front of others; each is labelled with the class that the model sees in it.

    Inputs: photos uint8 (N, 224, 224, 3); labels (N,); model, maps (1, 3, 224, 224) to scores (1, C).
    Returns: photos (M + N, 224, 224, 3) and labels (M + N,). A file that is no photo is passed over, with a
    sentence.
    """
    own, seen = [], []
    for file in own_files():
        try:
            own.append(read_photo(file.read_bytes(), file.name))
        except NotAPhoto as problem:
            print(problem)
    for photo in own:
        with torch.no_grad():
            seen.append(model(preprocess(Image.fromarray(photo)).to(device_of(model))).argmax().item())
    if not own:
        return photos, labels
    return np.concatenate([np.stack(own), photos]), np.concatenate([np.array(seen, dtype=np.int64), labels])


def own_files():
    """Return the files in the folder of your own photos, in order."""
    folder = own_folder()
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))


def own_folder():
    """Return where your own photos are kept."""
    return data_folder() / "own_photos"


def save_photo(content, name):
    """Keep the photo in `content`, the bytes of a file called `name`; return the kept file.

    It is kept as the middle of it at 224 × 224, as PNG. Raises NotAPhoto when it is none.
    """
    photo = read_photo(content, name)
    own_folder().mkdir(parents=True, exist_ok=True)
    stem = (
        re.sub(r"[^\w-]+", "_", name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0])[:60] or "photo"
    )
    target = own_folder() / f"{stem}.png"
    Image.fromarray(photo).save(target)
    return target


def read_photo(content, name):
    """Return the middle of a photo, uint8 (224, 224, 3), upright. Raises NotAPhoto when it is none."""
    if not content:
        raise NotAPhoto(t("{name} is empty. Choose a JPEG or PNG photo.", name=name))
    try:
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
            size = {"name": name, "width": width, "height": height}
            if width * height > LARGEST:
                raise NotAPhoto(t("{name} has {width} × {height} pixels, too many. Save it smaller.", **size))
            if min(width, height) < 32 or max(width, height) > 8 * min(width, height):
                raise NotAPhoto(
                    t(
                        "{name} has {width} × {height} pixels; the middle of it would be no picture. "
                        "Choose a "
                        "photo of at least 32 pixels on each side, less than 8 times as long as wide.",
                        **size,
                    )
                )
            upright = ImageOps.exif_transpose(image)
            if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
                behind = Image.new("RGBA", upright.size, "white")
                upright = Image.alpha_composite(behind, upright.convert("RGBA"))
            elif upright.mode.startswith(("I", "F")):
                upright = Image.fromarray(_eight_bits(np.asarray(upright)))
            return np.asarray(ImageOps.fit(upright.convert("RGB"), (SIDE, SIDE), Image.Resampling.BICUBIC))
    except NotAPhoto:
        raise
    except UnidentifiedImageError:
        if content[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"):
            raise NotAPhoto(
                t("{name} is a HEIC photo, which can't be read here. Save it as JPEG.", name=name)
            ) from None
        raise NotAPhoto(t("{name} is not a picture. Choose a JPEG or PNG photo.", name=name)) from None
    except (Image.DecompressionBombError, MemoryError):
        raise NotAPhoto(t("{name} has too many pixels. Save it smaller.", name=name)) from None
    except Exception as error:  # a damaged file makes Pillow's readers raise errors of many kinds
        raise NotAPhoto(
            t(
                "{name} is damaged: it can't be read to its end ({kind}).",
                name=name,
                kind=type(error).__name__,
            )
        ) from None


def _eight_bits(values):
    """Gray values of any range as uint8."""
    values = values.astype(np.float64)
    low, high = values.min(), values.max()
    return (255 * (values - low) / max(high - low, 1e-12)).astype(np.uint8)
