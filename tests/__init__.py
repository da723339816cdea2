"""The public checks and the tests of the data loaders: python -m pytest tests"""
