"""The image is returned as it came.

Caught by: test_fooling_image_fools
Hint: Climb the score of the target class step by step until it is the highest.
"""

scores = model(X_fooling)
