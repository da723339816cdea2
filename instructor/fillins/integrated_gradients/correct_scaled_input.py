"""One scale to be differentiated by, image by image."""

rows = []
for image, label in zip(X, y):
    mean = 0
    for k in range(steps):
        point = (image[None] * ((2 * k + 1) / (2 * steps))).requires_grad_()
        model(point)[0, label].backward()
        mean = mean + point.grad[0] / steps
    rows.append(image * mean)
attribution = torch.stack(rows)
