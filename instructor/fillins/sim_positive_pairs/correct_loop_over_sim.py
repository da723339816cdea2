"""sim() for each pair, stacked."""

pos_pairs = torch.stack([sim(out_left[k], out_right[k]).reshape(1) for k in range(out_left.shape[0])])
