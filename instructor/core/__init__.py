"""What every part of the instructor's side knows: tasks and term, results, seeds, composed packages, files."""
