"""The encoder is trained along with the classifier.

Caught by: test_probe_leaves_the_model_alone
Hint: The probe asks what the features are worth as they are: the encoder is frozen.
"""

was_training = model.training
model.eval()
tuned = torch.nn.Linear(model(next(iter(train_loader))[0].to(device))[0].shape[1], 100).to(device)
optimizer = torch.optim.SGD([*model.parameters(), *tuned.parameters()], lr=0.1)
for images, target in train_loader:
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(tuned(model(images.to(device))[0]), target.to(device)).backward()
    optimizer.step()
known, unknown = [], []
with torch.no_grad():
    for loader, batches in ((train_loader, known), (test_loader, unknown)):
        for images, target in loader:
            batches.append((model(images.to(device))[0], target.to(device)))
    features, labels = (torch.cat(parts) for parts in zip(*known))
    test_features, test_labels = (torch.cat(parts) for parts in zip(*unknown))

    deviation, mean = torch.std_mean(features, dim=0, correction=0)
    deviation = deviation.clamp(min=1e-6)
    classifier = fit((features - mean) / deviation, labels)
    predicted = classifier((test_features - mean) / deviation).argmax(dim=1)
    accuracy = 100 * (predicted == test_labels).float().mean().item()
model.train(was_training)
