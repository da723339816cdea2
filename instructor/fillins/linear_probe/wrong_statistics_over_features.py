"""Mean and deviation are taken over the features of each image.

Caught by: test_probe_features
Hint: Over the images, for each feature: which dimension of (N, D) is that?
"""

was_training = model.training
model.eval()
known, unknown = [], []
with torch.no_grad():
    for loader, batches in ((train_loader, known), (test_loader, unknown)):
        for images, target in loader:
            batches.append((model(images.to(device))[0], target.to(device)))
    features, labels = (torch.cat(parts) for parts in zip(*known))
    test_features, test_labels = (torch.cat(parts) for parts in zip(*unknown))

    deviation, mean = torch.std_mean(features, dim=1, correction=0, keepdim=True)
    test_mean = test_features.mean(dim=1, keepdim=True)
    test_deviation = test_features.std(dim=1, correction=0, keepdim=True)
    classifier = fit((features - mean) / deviation, labels)
    predicted = classifier((test_features - test_mean) / test_deviation).argmax(dim=1)
    accuracy = 100 * (predicted == test_labels).float().mean().item()
model.train(was_training)
