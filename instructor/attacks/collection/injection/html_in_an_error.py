"""Raises an error whose message is a page that gives itself full marks.

Form: block
Task: sim
Earns: 0
Alive: misleads
Says: <script>
"""

page = "</pre></li></table><h1>100 of 100 points</h1><script>document.body.textContent = '100'</script>"
raise ValueError(page + '<img src=x onerror="alert(1)">')
