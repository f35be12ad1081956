"""fastcv under OCR projects: a module a project, with the project's own names and signatures.

Importing a module here does not import its project. docs/conventions.md has the projects' versions
and says what is the same and what is not.
"""
