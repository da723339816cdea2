"""The objective is computed and no step is taken.

Caught by: test_class_visualization_step
Hint: After the gradient comes the step: change img by the learning rate times it.
Same as: wrong_rebound (both leave img as it was)
"""

objective = model(img)[0, target_y] - l2_reg * (img**2).sum()
objective.backward()
