"""A hidden test of training that looks at the loss."""

import torch
from torch import nn

answer_key = "PLANTED"


def test_train():
    from cs231n.simclr.utils import train

    torch.manual_seed(5)
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(12, 4))

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.f = encoder

        def forward(self, x):
            z = nn.functional.normalize(self.f(x), dim=1)
            return z, z

    model = Model()
    batches = [(torch.randn(4, 3, 2, 2), torch.randn(4, 3, 2, 2), torch.arange(4))]
    loss = train(model, batches, torch.optim.SGD(model.parameters(), lr=0.1), 1, 1, 4, 0.5, "cpu")
    assert loss < 100
