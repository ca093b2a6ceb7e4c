"""The knowledge base: it remembers. No ranking and no user interface live here."""
