"""The kit in a browser, as a student uses it: make test-browser"""
