"""The planned accounts, book by book."""
