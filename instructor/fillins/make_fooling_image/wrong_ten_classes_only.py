"""The one-hot vector of the target has ten entries.

Caught by: test_fooling_image_fools
Hint: Take the number of classes from the scores, or pick scores[0, target_y].
"""

target = torch.nn.functional.one_hot(torch.tensor([target_y % 10]), 10)
for _ in range(100):
    scores = model(X_fooling)
    if scores.argmax(dim=1).item() == target_y:
        break
    (gradient,) = torch.autograd.grad((scores * target).sum(), X_fooling)
    with torch.no_grad():
        X_fooling += learning_rate * gradient / gradient.norm()
