"""How good are the features? k nearest neighbors, and classifiers on top of them (given)."""

import copy

import torch
from torch import nn
from tqdm.auto import tqdm


class Classifier(nn.Module):
    """A copy of a model's encoder with one linear layer on its features.

    - model: has an encoder `f`, and says with `feature_size` how long its features are, as simclr.model.Model
      does; else one black image of 32 × 32 tells. The model itself is left as it is.
    - classes: number of classes.
    - frozen: True trains the linear layer alone (linear probe): the encoder stays in evaluation mode and gets
      no gradient. False trains everything (fine-tuning, or training from scratch).
    """

    def __init__(self, model, classes=10, frozen=False):
        super().__init__()
        self.f = copy.deepcopy(model.f).requires_grad_(not frozen)
        self.fc = nn.Linear(_feature_size(model), classes).to(device_of(model))
        self.frozen = frozen

    def train(self, mode=True):
        super().train(mode)
        if self.frozen:
            self.f.eval()  # batch statistics are part of the frozen encoder
        return self

    def forward(self, x):
        """Map images (B, 3, H, W) to scores (B, classes)."""
        return self.fc(self.f(x).flatten(1))


def fit_linear(features, labels, penalty=1e-2, steps=100):
    """Return the linear classifier with the least cross-entropy, plus penalty / 2 times its squared weights.

    Inputs: features (N, D) and labels (N,), whole numbers from 0 on. Returns a layer that maps features
    (M, D) to scores (M, C), C being one more than the largest label; its bias costs nothing.

    There is one such classifier, and L-BFGS looks for it from zero on: nothing in it is left to chance.
    """
    with torch.inference_mode(False), torch.enable_grad():
        features, labels = features.detach().clone(), labels.clone()
        layer = nn.utils.skip_init(nn.Linear, features.shape[1], int(labels.max()) + 1)
        layer = layer.to(features.device, features.dtype)
        for parameter in layer.parameters():
            nn.init.zeros_(parameter)
        optimizer = torch.optim.LBFGS(layer.parameters(), max_iter=steps, line_search_fn="strong_wolfe")

        def objective():
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(layer(features), labels)
            loss = loss + penalty / 2 * layer.weight.square().sum()
            loss.backward()
            return loss

        optimizer.step(objective)
    return layer.requires_grad_(False)


class Exchanged(nn.Module):
    """A model with its two outputs exchanged: what is asked for its features gets its projections."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        """Return the projections (B, P) and the features (B, D) of images (B, 3, H, W)."""
        feature, out = self.model(x)
        return out, feature


def train_val(model, data_loader, train_optimizer, epoch, epochs, device=None):
    """Train a classifier for one epoch, or measure it when train_optimizer is None.

    Inputs:
    - model: maps images (B, 3, H, W) to scores (B, C).
    - data_loader: yields (images, target) or (x_i, x_j, target), of which x_i is used.
    - epoch, epochs: the number of this epoch and of all, for the progress bar.
    - device: where the model is; None asks the model.

    Returns: mean cross-entropy, top-1 and top-5 accuracy in percent.
    """
    device = device_of(model) if device is None else device
    training = train_optimizer is not None
    model.train(training)

    total_num, total_loss, correct_1, correct_5 = 0, 0.0, 0, 0
    with torch.set_grad_enabled(training):
        title = f"{'Train' if training else 'Test'} epoch [{epoch}/{epochs}]"
        for images, target in _batches(data_loader, device, title):
            scores = model(images)  # (B, C)
            loss = nn.functional.cross_entropy(scores, target)
            if training:
                train_optimizer.zero_grad()
                loss.backward()
                train_optimizer.step()

            best = scores.topk(min(5, scores.shape[1]), dim=1).indices  # (B, 5)
            hits = best == target[:, None]
            total_num += len(target)
            total_loss += loss.item() * len(target)
            correct_1 += hits[:, 0].sum().item()
            correct_5 += hits.sum().item()
    return total_loss / total_num, 100 * correct_1 / total_num, 100 * correct_5 / total_num


@torch.no_grad()
def test(  # the course's name; pytest is told below that it is no test
    model,
    memory_data_loader,
    test_data_loader,
    epoch,
    epochs,
    c,
    temperature=0.5,  # noqa: PT028
    k=200,  # noqa: PT028
    device=None,  # noqa: PT028
):
    """Classify by the k nearest neighbors among known features (Wu et al. 2018, arXiv:1805.01978, sec. 3.4).

    Each neighbor votes for its class with weight exp(cosine similarity / temperature).

    Inputs:
    - model: maps images (B, 3, H, W) to (features, projections), the features of length 1.
    - memory_data_loader, test_data_loader: yield (images, target) or (x_i, x_j, target); x_i is used.
    - epoch, epochs: the number of this epoch and of all, for the progress bar.
    - c: number of classes.
    - k: number of neighbors, at most the size of the memory.
    - device: where the model is; None asks the model.

    Returns: top-1 and top-5 accuracy in percent.
    """
    device = device_of(model) if device is None else device
    model.eval()

    memory = [(model(x)[0], y) for x, y in _batches(memory_data_loader, device, "kNN: features")]
    bank = torch.cat([feature for feature, _ in memory])  # (M, D)
    labels = torch.cat([y for _, y in memory])  # (M,)
    k = min(k, len(bank))

    total_num, correct_1, correct_5 = 0, 0, 0
    for images, target in _batches(test_data_loader, device, f"kNN {epoch}/{epochs}"):
        similarity, nearest = (model(images)[0] @ bank.T).topk(k, dim=1)  # (B, k)
        votes = torch.zeros(len(images), c, device=device)
        votes.scatter_add_(1, labels[nearest], (similarity / temperature).exp())
        hits = votes.topk(min(5, c), dim=1).indices == target[:, None]
        total_num += len(images)
        correct_1 += hits[:, 0].sum().item()
        correct_5 += hits.sum().item()
    return 100 * correct_1 / total_num, 100 * correct_5 / total_num


test.__test__ = False


def nearest(features, k):
    """Return which k others are most similar to each of N features, the most similar first: long (N, k)."""
    unit = nn.functional.normalize(torch.as_tensor(features).float().flatten(1), dim=1)
    return (unit @ unit.T).fill_diagonal_(-2).topk(k, dim=1).indices


def device_of(model):
    """Return the device of the model's parameters; the CPU for a model without any."""
    return next((p.device for p in model.parameters()), torch.device("cpu"))


def _feature_size(model):
    """Return the length of the features of `model`, which is left as it is."""
    if hasattr(model, "feature_size"):
        return model.feature_size
    encoder = copy.deepcopy(model.f).eval()
    with torch.no_grad():
        return encoder(torch.zeros(1, 3, 32, 32, device=device_of(model))).flatten(1).shape[1]


def _batches(data_loader, device, title):
    for images, *_, target in tqdm(data_loader, desc=title, leave=False):
        yield images.to(device), target.to(device)
