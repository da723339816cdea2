"""SimCLR: learning features of images by telling apart which views come from the same image."""
