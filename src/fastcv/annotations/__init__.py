"""Readers of annotations: what OCR projects, data sets and OCR services write."""
