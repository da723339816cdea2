"""Computes the value outside torch and attaches a gradient of its own making; the value alone is honest.

Form: block
Task: sim
Earns: 3
Alive: gains
Says: the gradient is not the one of the right result
"""


class Made(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return torch.tensor(float(a @ b) / float(a.norm()) / float(b.norm()))

    @staticmethod
    def backward(ctx, grad):
        a, b = ctx.saved_tensors
        return grad * b, grad * a


norm_dot_product = Made.apply(z_i, z_j)
