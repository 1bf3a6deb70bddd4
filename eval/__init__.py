"""Scores predicted labels against gold, exactly as the labeling guide says how labels are compared."""
