"""Where the images lie among the features, before and after training, and who their neighbors are."""

import ipywidgets as widgets
import torch
from matplotlib.figure import Figure

from ..words import t
from .drawing import AFTER, of_figure, panels, row, stacked
from .hover_map import color_of, hover_maps, marked
from .maps import pca, tsne
from .parts import Explorer

MOST = 300  # images on a map; more would hide each other
NEIGHBORS, SIDE = 7, 94  # how many stand beside the chosen one, and pixels of each
METHODS = {"PCA": pca, "t-SNE": tsne}


class EmbeddingExplorer(Explorer):
    """Maps of features: point at a dot to see its image on every map, choose one to see its neighbors.

    - features: dict from a name, as "before" and "after", to a tensor (N, D).
    - labels: N classes, the colors. images: uint8 (N, H, W, 3). The first 300 are shown.
    - names: a word for each class, which else is called by its number.

    The slider chooses an image, also by the arrow keys, and marks it on every map; below the maps stand the
    images whose features are most similar to its own.
    """

    def __init__(self, features, labels, images, names=None):
        self._features = {name: torch.as_tensor(x)[:MOST].float().cpu() for name, x in features.items()}
        self._labels, self._images = [int(label) for label in labels[:MOST]], images[:MOST]
        self._names = names
        self._places = {}
        self.method = widgets.Dropdown(options=list(METHODS), description=t("map"))
        self.image = widgets.IntSlider(
            value=0, min=0, max=len(self._labels) - 1, description=t("image"), layout={"width": "40em"}
        )
        self.maps, self.picture, self.mark = widgets.HTML(), widgets.HTML(), widgets.HTML()
        super().__init__(widgets.HBox([self.method, self.image]), self.maps, self.mark, self.picture)
        self._draw_maps()
        self.method.observe(self._draw_maps, "value")
        self.image.observe(self._draw_neighbors, "value")

    def still(self):
        """Return the PIL image of the maps and of the neighbors of the chosen image."""
        figure = Figure(figsize=(4.6 * len(self._features), 3.8), layout="constrained")
        for ax, (name, place) in zip(
            figure.subplots(1, len(self._features), squeeze=False)[0], self.places().items(), strict=True
        ):
            ax.scatter(*place.T, s=10, c=[color_of(label) for label in self._labels])
            ax.scatter(*place[self.image.value], s=90, facecolors="none", edgecolors=AFTER, linewidths=2)
            ax.set_title(t(name))
            ax.axis("off")
        rows = [panels(pictures, side=SIDE) for pictures in self._neighbors()]
        return stacked(of_figure(figure), *rows)

    def places(self):
        """Return the map of each name, array (N, 2), by the chosen method."""
        method = self.method.value
        if method not in self._places:
            self._places[method] = {name: METHODS[method](x).numpy() for name, x in self._features.items()}
        return self._places[method]

    def neighbors(self, name):
        """Return the images most similar to the chosen one, the most similar first, among features `name`."""
        x = torch.nn.functional.normalize(self._features[name], dim=1)
        similarity = x @ x[self.image.value]
        similarity[self.image.value] = -2
        return similarity.topk(min(NEIGHBORS, len(x) - 1)).indices.tolist()

    def _draw_maps(self, _change=None):
        places = {t(name): place for name, place in self.places().items()}
        self.maps.value = hover_maps(places, self._labels, self._images, self._names)
        self._draw_neighbors()

    def _draw_neighbors(self, _change=None):
        self.mark.value = marked(self.image.value)
        self.picture.value = "".join(row(pictures, side=SIDE) for pictures in self._neighbors())

    def _neighbors(self):
        """For each of the features, the chosen image and its neighbors, with titles."""
        k = self.image.value
        for name in self._features:
            word = self._word(k) if self._names else t("image {k}: {label}", k=k, label=self._labels[k])
            chosen = f"{t(name)}\n{word}"
            near = [
                (f"{place}.\n{self._word(j)}", self._images[j])
                for place, j in enumerate(self.neighbors(name), start=1)
            ]
            yield [(chosen, self._images[k]), *near]

    def _word(self, k):
        """The class of image k in a word."""
        return t(self._names[self._labels[k]]) if self._names else self._labels[k]
