"""A page to look at motion: `page.html` is filled with data by `build.py`."""
