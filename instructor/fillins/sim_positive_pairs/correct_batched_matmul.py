"""A batched product of rows and columns."""

dots = torch.bmm(out_left[:, None, :], out_right[:, :, None]).reshape(-1, 1)
lengths = out_left.pow(2).sum(1, keepdim=True).sqrt() * out_right.pow(2).sum(1, keepdim=True).sqrt()
pos_pairs = dots / lengths
