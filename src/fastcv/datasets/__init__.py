"""Annotated pages in, training crops out."""
