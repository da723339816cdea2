"""The notebooks and READMEs in other languages, from the English ones and translated sections."""
