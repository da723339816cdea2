"""A helper for one term, with logsumexp."""


def term(i, j):
    others = torch.stack([sim(out[i], out[m]).reshape(()) for m in range(2 * N) if m != i])
    return torch.logsumexp(others / tau, dim=0) - sim(out[i], out[j]).reshape(()) / tau


total_loss = total_loss + term(k, k + N) + term(k + N, k)
