"""The instructor's side: compose, verify, grade and report. Never released to students."""
