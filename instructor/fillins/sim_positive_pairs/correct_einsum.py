"""Dot products by einsum over the outer product of the lengths."""

dots = torch.einsum("nd,nd->n", out_left, out_right)
pos_pairs = (dots / (out_left.norm(dim=1) * out_right.norm(dim=1)))[:, None]
