"""The autograder bundle for Gradescope: its scripts, and what packs them with the kit."""
