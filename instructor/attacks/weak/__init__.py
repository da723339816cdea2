"""A grader with every weakness that the samples look for. It grades nobody: it shows that they are alive."""
