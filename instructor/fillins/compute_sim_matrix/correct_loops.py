"""Two loops over sim()."""

n = out.shape[0]
rows = [torch.stack([sim(out[i], out[j]).reshape(()) for j in range(n)]) for i in range(n)]
sim_matrix = torch.stack(rows)
