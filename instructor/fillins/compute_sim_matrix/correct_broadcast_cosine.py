"""torch's cosine similarity of every row with every row by broadcasting."""

sim_matrix = F.cosine_similarity(out.unsqueeze(1), out.unsqueeze(0), dim=2)
