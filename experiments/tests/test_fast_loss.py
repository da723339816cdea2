"""The fast loss is the definition's, in value and gradient, without an N × N matrix."""

import pytest
import torch

from experiments.fast.loss import nt_xent


def by_definition(left, right, temperature):
    """Equation 1 of arXiv:2002.05709, term by term, in float64."""
    z = torch.cat([left, right]).double()
    z = z / z.norm(dim=1, keepdim=True)
    n, terms = len(left), []
    for i in range(2 * n):
        s = torch.stack([z[i] @ z[k] / temperature for k in range(2 * n) if k != i])
        partner = z[i] @ z[(i + n) % (2 * n)] / temperature
        terms.append(s.logsumexp(0) - partner)
    return torch.stack(terms).mean()


@pytest.mark.parametrize("n", [1, 2, 5, 7])
@pytest.mark.parametrize("temperature", [0.05, 0.5, 2.0])
@pytest.mark.parametrize("rows", [1, 3, 256])
def test_value_and_gradient_are_the_definitions(n, temperature, rows):
    torch.manual_seed(n)
    left = (3 * torch.randn(n, 6)).requires_grad_()
    right = (left + torch.randn(n, 6)).detach().requires_grad_()
    fast = nt_xent(left, right, temperature, rows=rows)
    slow = by_definition(left, right, temperature)
    # A similarity of 1, over the temperature, has this rounding in float32.
    assert torch.allclose(fast.double(), slow, rtol=1e-5, atol=4e-7 / temperature)
    for a, b in zip(
        torch.autograd.grad(2 * fast, (left, right)),
        torch.autograd.grad(2 * slow, (left, right)),
        strict=True,
    ):
        assert torch.allclose(a, b, rtol=1e-4, atol=1e-6)


def test_without_gradients_the_value_is_the_same():
    left, right = torch.randn(9, 4), torch.randn(9, 4)
    with_gradient = nt_xent(left.clone().requires_grad_(), right)
    assert nt_xent(left, right) == with_gradient.detach()


def test_half_precision_is_computed_in_float32():
    left, right = torch.randn(9, 4).bfloat16().requires_grad_(), torch.randn(9, 4).bfloat16()
    loss = nt_xent(left, right)
    loss.backward()
    assert loss.dtype == torch.float32
    assert torch.allclose(loss.double(), by_definition(left.detach().float(), right.float(), 0.5), rtol=1e-5)
    assert left.grad.dtype == torch.bfloat16


def test_no_tensor_grows_with_the_square_of_the_batch():
    """Every tensor that the forward and the backward pass make holds at most rows × 2N or 2N × D numbers."""
    from torch.utils._python_dispatch import TorchDispatchMode

    class Largest(TorchDispatchMode):
        numbers = 0

        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            out = function(*args, **(kwargs or {}))
            for tensor in out if isinstance(out, (tuple, list)) else [out]:
                if isinstance(tensor, torch.Tensor):
                    self.numbers = max(
                        self.numbers, tensor.untyped_storage().nbytes() // tensor.element_size()
                    )
            return out

    n, d, rows = 1024, 16, 32
    left, right = torch.randn(n, d, requires_grad=True), torch.randn(n, d, requires_grad=True)
    with Largest() as largest:
        nt_xent(left, right, rows=rows).backward()
    assert largest.numbers <= max(rows, d) * 2 * n
