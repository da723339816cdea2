"""The hostile collection: submissions that attack the grader, and the proof that none gets anywhere."""
