"""What can go wrong in the knowledge base, each with a message that says what to do."""

from __future__ import annotations


class KbError(Exception):
    """Base of every error that the knowledge base raises on purpose."""


class VocabularyError(KbError):
    """A vocabulary file is wrong, or a code is not in the vocabulary."""


class BriefError(KbError):
    """A brief cannot be read, or asks for something impossible."""


class KnowledgeBaseNotFoundError(KbError):
    """There is no knowledge base at the given address."""


class NotAKnowledgeBaseError(KbError):
    """The file exists and is something else."""


class KnowledgeBaseTooNewError(KbError):
    """The database was written by a newer version of the program."""


class KnowledgeBaseLockedError(KbError):
    """Another process holds the database for longer than the waiting time."""


class KnowledgeBaseUnavailableError(KbError):
    """The database cannot be opened or written (read-only folder, full disk, damaged file)."""


class UnknownOrganizationError(KbError):
    """No organization with that id."""


class UnknownRecordError(KbError):
    """No engagement, relation, brief, batch or change with that id."""


class ConflictError(KbError):
    """The change cannot be made or undone because of a later change."""


class ImportFileError(KbError):
    """A file cannot be imported as a whole; nothing was changed."""
