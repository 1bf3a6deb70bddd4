"""Reads with a model: questions out, answers in as claims, and every reply kept."""
