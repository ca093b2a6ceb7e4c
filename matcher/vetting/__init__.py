"""Vetting: is an organization listed, excluded or a risk, and by which evidence."""
