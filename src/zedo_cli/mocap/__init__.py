"""Motion-capture files, one reader per format."""
