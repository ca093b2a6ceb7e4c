"""The dashboard: it shows. Pages read widgets, call one service function, and draw."""
