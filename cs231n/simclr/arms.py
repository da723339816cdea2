"""The arms of a fair comparison: who starts from what, trains how, and may spend as much as whom (given)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Arm:
    """One way from labelled images to a classifier.

    - name: as tables show it.
    - pretrained: "all" starts from an encoder that SimCLR has trained on all images, "labelled" from one that
      it has trained on the labelled images only, "" from random weights. Pretraining is paid for.
    - frozen: trains one linear layer on the encoder as it is; else everything.
    - augmented: draws a new view of a labelled image each time; else shows it as it is. The command's linear
      layers have the images as they are in any case, so that their features are computed only once.
    - match: what training with labels may spend. "steps": as many steps as a pretrained arm. "epochs",
      "images", "flops", "seconds": as much of that as SimCLR and fine-tuning cost together. "data": the
      images that SimCLR saw, every one with its label, and as many views of them.
    """

    name: str
    pretrained: str = ""
    frozen: bool = False
    augmented: bool = True
    match: str = "steps"


ARMS = (
    Arm("random encoder, linear probe", frozen=True),
    Arm("scratch, short", augmented=False),
    Arm("scratch, augmented"),
    Arm("scratch, as many epochs", match="epochs"),
    Arm("scratch, as many images", match="images"),
    Arm("scratch, as many FLOPs", match="flops"),
    Arm("scratch, as much time", match="seconds"),
    Arm("scratch, as many images, no augmentation", augmented=False, match="images"),
    Arm("scratch, all labels", match="data"),
    Arm("SimCLR on labelled images, fine-tuned", pretrained="labelled"),
    Arm("SimCLR, linear probe", pretrained="all", frozen=True),
    Arm("SimCLR, fine-tuned", pretrained="all"),
    Arm("SimCLR, fine-tuned, no augmentation", pretrained="all", augmented=False),
)


def arms_named(*names):
    """Return the arms of these names, in the order of ARMS. Raises ValueError for an unknown name."""
    unknown = set(names) - {arm.name for arm in ARMS}
    if unknown:
        raise ValueError(f"There is no arm {sorted(unknown)[0]!r}; there are {[arm.name for arm in ARMS]}.")
    return tuple(arm for arm in ARMS if arm.name in names)
