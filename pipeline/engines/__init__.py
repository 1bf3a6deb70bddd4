"""Engines read a document into candidates: what its records are, each value with the place it claims."""
