"""What mistake is behind a failed check: a student's answers beside those of the catalogued mistakes.

`replay` asks the kit's own fill-ins what a check asked a student's code, `parts` and `draws` compare the
answers, `match` ranks the mistakes that explain a failure, `difference` describes an answer that none
explains, `wording` turns both into sentences. `stand_in` lets a check ask a fill-in instead of a student.
"""
