"""Reads budget-performance self-evaluation reports into rows that point at their characters."""
