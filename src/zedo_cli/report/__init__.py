"""What was measured, for people: tables and pictures, and the files that they are written to."""

from zedo_cli.report.files import REPORT, checked_folder, write_report
from zedo_cli.report.table import Table, to_terminal
from zedo_cli.report.tables import tables

__all__ = ["REPORT", "Table", "checked_folder", "tables", "to_terminal", "write_report"]
