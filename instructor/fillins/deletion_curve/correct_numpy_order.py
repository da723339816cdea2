"""NumPy sorts the negated map, and rows and columns are told from the places."""

import numpy as np

values = saliency.detach().cpu().numpy()
rows, columns = np.unravel_index(np.argsort(-values, axis=None, kind="stable"), values.shape)
image = X.clone()
heights = []
for count in np.linspace(0, values.size, steps + 1).astype(int):
    image[0, :, rows[:count], columns[:count]] = 0
    heights.append(model(image).detach().softmax(1)[0, y])
curve = torch.stack(heights)
