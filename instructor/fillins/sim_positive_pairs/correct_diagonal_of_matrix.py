"""The diagonal of the matrix of all left rows with all right rows."""

left = out_left / torch.linalg.norm(out_left, dim=1, keepdim=True)
right = out_right / torch.linalg.norm(out_right, dim=1, keepdim=True)
pos_pairs = torch.diagonal(left @ right.T).view(-1, 1)
