"""Hooks of mkdocs: the README is the home page, and links that leave `docs/` become plain text.

The site holds the pages of `docs/` alone; on the repository's own pages the same links lead to its files.
"""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

_OUTSIDE = re.compile(r"\[([^\]]+)\]\((?!https?:)(?:\.\./|(?!docs/)[^)#]*(?:/|\.md|LICENSE|\.cff))[^)]*\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the README as the home page."""
    readme = Path(config.config_file_path).parent / "README.md"
    text = _OUTSIDE.sub(r"\1", readme.read_text(encoding="utf-8")).replace("](docs/", "](")
    files.append(File.generated(config, "index.md", content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links to files outside `docs/` into their text."""
    return re.sub(r"\[([^\]]+)\]\(\.\./[^)]*\)", r"\1", markdown)
