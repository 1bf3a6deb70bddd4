"""The review of flagged fields: what a reviewer is shown, what a decision has to pass, the page, the commands."""
