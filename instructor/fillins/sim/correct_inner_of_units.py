"""torch.inner of two unit vectors made by hand."""

unit_i = z_i / torch.sqrt(torch.sum(torch.pow(z_i, 2)))
unit_j = z_j / torch.sqrt(torch.sum(torch.pow(z_j, 2)))
norm_dot_product = torch.inner(unit_i, unit_j)
