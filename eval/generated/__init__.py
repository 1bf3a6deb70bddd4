"""Reports made up by a grammar of layouts, wordings and planted contradictions, with exact gold, from a seed each.

They show what a rule or prompt makes of reports that nobody had in view: any number, always the same for a seed.
"""

from eval.generated.reports import GeneratedReport, generate_report
from eval.generated.writing import FORMATS, write_generated

__all__ = ["FORMATS", "GeneratedReport", "generate_report", "write_generated"]
