"""All dot products, divided by the outer product of the lengths."""

norms = torch.norm(out, dim=1, keepdim=True)
sim_matrix = torch.mm(out, out.t()) / torch.mm(norms, norms.t())
