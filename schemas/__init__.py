"""The types of the pipeline: records (what a report says), text (where it says it), stages (what is handed on)."""
