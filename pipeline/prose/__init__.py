"""Reads what the words around a number in prose say of it: a result, a target, a budget, last year's figure."""
