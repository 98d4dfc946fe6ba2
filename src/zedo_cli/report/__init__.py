"""Reports: tables, figures, and the files they are written to."""
