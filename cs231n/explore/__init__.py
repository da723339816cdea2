"""Interactive views of what you have built: move a slider, press a button, look (given).

    from cs231n import explore
    explore.SaliencyExplorer(model, photos, labels)

- SaliencyExplorer: which pixels speak for a class, in three ways.
- FoolingExplorer: a photo on its way to another class, step by step.
- ClassExplorer: a class visualization that grows while you watch.
- AugmentationExplorer: views of an image, and how alike they look to an encoder.
- EmbeddingExplorer: where the images lie among the features, and who their neighbors are.
- OwnPhotos: your own photos in the notebook.

Each is shown as the last line of a cell, in JupyterLab, Notebook, VS Code and Colab. They call your functions
as the files have them at that moment. An unfilled block, or an error in it, is told in a sentence. Where no
widget can be drawn, as in a notebook without its kernel, a still picture takes its place.
"""

from .augmentations import AugmentationExplorer
from .classes import ClassExplorer
from .embeddings import EmbeddingExplorer
from .fooling import FoolingExplorer
from .photos import OwnPhotos
from .saliency import SaliencyExplorer

__all__ = [
    "AugmentationExplorer",
    "ClassExplorer",
    "EmbeddingExplorer",
    "FoolingExplorer",
    "OwnPhotos",
    "SaliencyExplorer",
]
