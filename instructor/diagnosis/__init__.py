"""What mistake is behind a failed check: a student's answers beside those of the catalogued mistakes.

`recording` keeps what a check asked and was answered, `replay` asks the kit's own fill-ins the same, `parts`
and `draws` compare the answers, `match` ranks the mistakes that explain a failure, `difference` describes
an answer that none explains, `wording` turns both into sentences, `measure` counts how often it is right.
"""
