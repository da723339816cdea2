"""A whole class: who handed in what, grading it resumably, and the reports on all of it."""
