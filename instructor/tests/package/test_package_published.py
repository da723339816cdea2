"""Whole files in the form of the published course fit: its imports, signatures, defaults and given lines."""

import importlib
import sys

import pytest

from cs231n.check_examples import EXAMPLES
from instructor.core.composition import PACKAGE, compose

NET_VISUALIZATION = """
import torch
import random
import torchvision.transforms as T
import numpy as np
from .image_utils import SQUEEZENET_MEAN, SQUEEZENET_STD
from scipy.ndimage import gaussian_filter1d

def compute_saliency_maps(X, y, model):
    model.eval()
    X.requires_grad_()
    saliency = None
    scores = model(X).gather(1, y.view(-1, 1)).squeeze()
    scores.backward(torch.ones_like(scores))
    saliency, _ = torch.max(X.grad.abs(), dim=1)
    return saliency

def make_fooling_image(X, target_y, model):
    X_fooling = X.clone()
    X_fooling = X_fooling.requires_grad_()
    learning_rate = 1
    for i in range(100):
        scores = model(X_fooling)
        if torch.argmax(scores) == target_y:
            break
        scores[:, target_y].backward()
        with torch.no_grad():
            X_fooling += learning_rate * X_fooling.grad / torch.norm(X_fooling.grad)
            X_fooling.grad.zero_()
    return X_fooling

def class_visualization_update_step(img, model, target_y, l2_reg, learning_rate):
    score = model(img)[0, target_y] - l2_reg * torch.norm(img) ** 2
    score.backward()
    img.data += learning_rate * img.grad / img.grad.norm()
    img.grad.zero_()

def preprocess(img, size=224):
    normalize = T.Normalize(SQUEEZENET_MEAN.tolist(), SQUEEZENET_STD.tolist())
    return T.Compose([T.Resize(size), T.ToTensor(), normalize, T.Lambda(lambda x: x[None])])(img)
"""

DATA_UTILS = """
from PIL import Image
from torchvision import transforms
from torchvision.datasets import CIFAR10
import random
import torch

def compute_train_transform(seed=123456):
    random.seed(seed)
    torch.random.manual_seed(seed)
    color_jitter = transforms.ColorJitter(0.4, 0.4, 0.4, 0.1)
    train_transform = transforms.Compose([
        transforms.RandomResizedCrop(32),
        transforms.RandomHorizontalFlip(p=0.5),
        transforms.RandomApply([color_jitter], p=0.8),
        transforms.RandomGrayscale(p=0.2),
        transforms.ToTensor(),
        transforms.Normalize([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.2010])])
    return train_transform

def compute_test_transform():
    return transforms.Compose([
        transforms.ToTensor(),
        transforms.Normalize([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.2010])])

class CIFAR10Pair(CIFAR10):
    def __getitem__(self, index):
        img, target = self.data[index], self.targets[index]
        img = Image.fromarray(img)
        x_i, x_j = None, None
        if self.transform is not None:
            x_i = self.transform(img)
            x_j = self.transform(img)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return x_i, x_j, target
"""

CONTRASTIVE_LOSS = """
import torch
import numpy as np

def sim(z_i, z_j):
    return torch.dot(z_i, z_j) / (torch.linalg.norm(z_i) * torch.linalg.norm(z_j))

def simclr_loss_naive(out_left, out_right, tau):
    N = out_left.shape[0]
    out = torch.cat([out_left, out_right], dim=0)
    total_loss = 0
    for k in range(N):
        z_k, z_k_N = out[k], out[k + N]
        left = right = 0
        for i in range(2 * N):
            if i != k:
                left += (sim(z_k, out[i]) / tau).exp()
            if i != k + N:
                right += (sim(z_k_N, out[i]) / tau).exp()
        positive = (sim(z_k, z_k_N) / tau).exp()
        total_loss += -torch.log(positive / left) - torch.log(positive / right)
    return total_loss / (2 * N)

def sim_positive_pairs(out_left, out_right):
    norm_left = out_left / torch.linalg.norm(out_left, dim=1, keepdim=True)
    norm_right = out_right / torch.linalg.norm(out_right, dim=1, keepdim=True)
    return (norm_left * norm_right).sum(dim=1, keepdim=True)

def compute_sim_matrix(out):
    norm_out = out / torch.linalg.norm(out, dim=1, keepdim=True)
    return norm_out @ norm_out.T

def simclr_loss_vectorized(out_left, out_right, tau, device='cuda'):
    N = out_left.shape[0]
    out = torch.cat([out_left, out_right], dim=0)
    sim_matrix = compute_sim_matrix(out)
    exponential = torch.exp(sim_matrix / tau).to(device)
    mask = (torch.ones_like(exponential, device=device) - torch.eye(2 * N, device=device)).to(device).bool()
    exponential = exponential.masked_select(mask).view(2 * N, -1)
    denom = exponential.sum(dim=1, keepdim=True)
    positive = sim_positive_pairs(out_left, out_right).to(device)
    numerator = torch.exp(torch.cat([positive, positive], dim=0) / tau)
    return torch.mean(-torch.log(numerator / denom))

def rel_error(x, y):
    return np.max(np.abs(x - y) / (np.maximum(1e-8, np.abs(x) + np.abs(y))))
"""

UTILS = """
import torch
from tqdm import tqdm
from .contrastive_loss import *

def train(model, data_loader, train_optimizer, epoch, epochs, batch_size=32, temperature=0.5, device='cuda'):
    model.train()
    total_loss, total_num, train_bar = 0.0, 0, tqdm(data_loader)
    for data_pair in train_bar:
        x_i, x_j, target = data_pair
        x_i, x_j = x_i.to(device), x_j.to(device)
        _, out_left = model(x_i)
        _, out_right = model(x_j)
        loss = simclr_loss_vectorized(out_left, out_right, temperature, device)
        train_optimizer.zero_grad()
        loss.backward()
        train_optimizer.step()
        total_num += batch_size
        total_loss += loss.item() * batch_size
        train_bar.set_description('[{}/{}] Loss: {:.4f}'.format(epoch, epochs, total_loss / total_num))
    return total_loss / total_num
"""

FILES = {
    "net_visualization_pytorch.py": NET_VISUALIZATION,
    "simclr/data_utils.py": DATA_UTILS,
    "simclr/contrastive_loss.py": CONTRASTIVE_LOSS,
    "simclr/utils.py": UTILS,
}


@pytest.fixture
def published(tmp_path):
    """The package with all four files in the published form, imported under a name of its own."""
    name = "cs231n_published"
    root = compose(tmp_path, {}, package=PACKAGE).rename(tmp_path / name)
    for path, source in FILES.items():
        (root / path).write_text(source, encoding="utf-8")
    sys.path.insert(0, str(tmp_path))
    yield importlib.import_module(name)
    sys.path.remove(str(tmp_path))
    for key in [key for key in sys.modules if key.partition(".")[0] == name]:
        del sys.modules[key]


def test_published_solutions_pass_the_public_checks(published, capsys):
    tasks = [task for task in EXAMPLES if f"{task}(" in "".join(FILES.values())]
    own = {"integrated_gradients", "deletion_curve", "linear_probe"}  # tasks that were not published
    assert set(EXAMPLES) - set(tasks) == own
    importlib.import_module(f"{published.__name__}.checks").report(*tasks)
    assert capsys.readouterr().out.splitlines() == [f"{task}: passed" for task in tasks]


def test_given_modules_need_nothing_of_the_students_files_that_the_published_ones_lack(published):
    for path in sorted((PACKAGE / "simclr").glob("*.py")) + sorted(PACKAGE.glob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        importlib.import_module(".".join([published.__name__, *(p for p in parts if p != "__init__")]))
