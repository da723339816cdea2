"""A while loop on the prediction, with a counter that ends it."""

count = 0
scores = model(X_fooling)
while torch.argmax(scores) != target_y and count < 100:
    score = scores[:, target_y].squeeze()
    score.backward()
    with torch.no_grad():
        dX = learning_rate * X_fooling.grad / torch.sqrt(torch.sum(X_fooling.grad**2))
        X_fooling += dX
        X_fooling.grad.zero_()
    scores = model(X_fooling)
    count += 1
