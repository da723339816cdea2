"""torch's own cosine similarity, as a column."""

pos_pairs = F.cosine_similarity(out_left, out_right, dim=1).unsqueeze(1)
