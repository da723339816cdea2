"""A loop over the rows of the matrix."""

loss = 0
for i in range(2 * N):
    row = torch.exp(sim_matrix[i] / tau)
    others = torch.cat([row[:i], row[i + 1 :]])
    loss = loss - torch.log(row[(i + N) % (2 * N)] / others.sum())
loss = loss / (2 * N)
