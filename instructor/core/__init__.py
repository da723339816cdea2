"""What every part of the instructor's side knows: tasks, term, results, seeds, composed packages, files."""
