"""The whole tree of errors. Each has a message for people, a hint that can be acted on, and a code for the database.

``transient`` errors may go away by themselves and are worth another try; all others are final for their input.
``stops_run`` errors would meet every further file too: the run ends cleanly, and the next one goes on from there.
"""

from __future__ import annotations

from typing import ClassVar


class ExtractError(Exception):
    """Anything that this project reports to its user: ``str(error)`` is the message, ``error.hint`` what to do."""

    code: ClassVar[str] = "error"
    transient: ClassVar[bool] = False
    stops_run: ClassVar[bool] = False

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(ExtractError):
    """The command was called in a way that cannot work."""

    code = "usage"


class SettingsError(ExtractError):
    """A setting of the environment is not usable."""

    code = "settings"


class ReadError(ExtractError):
    """A file cannot be read into a document."""

    code = "unreadable"


class MissingFile(ReadError):
    """There is nothing at the path."""

    code = "missing"


class UnsupportedFormat(ReadError):
    """No reader takes the file's suffix, or its content is not what the suffix says."""

    code = "unsupported"


class EmptyFile(ReadError):
    """The file holds no text."""

    code = "empty"


class TooLarge(ReadError):
    """The file is larger than a report can be."""

    code = "too_large"


class DamagedFile(ReadError):
    """The file is truncated, encrypted, or otherwise broken."""

    code = "damaged"


class MissingTool(ReadError):
    """Reading the format takes a program or package that is not installed."""

    code = "missing_tool"


class NotAReport(ReadError):
    """The text is readable but is no self-evaluation report."""

    code = "not_a_report"


class LabelError(ExtractError):
    """A label file is not in the shape of the labeling guide."""

    code = "labels"


class StoreError(ExtractError):
    """The database cannot be used."""

    code = "store"


class NotADatabase(StoreError):
    """The file is not a DuckDB database, or not one of ours."""

    code = "not_a_database"


class NewerDatabase(StoreError):
    """The database was written by a later version of this project."""

    code = "newer_database"


class BusyDatabase(StoreError):
    """Another process holds the database."""

    code = "busy_database"
    transient = True


class UnknownReport(StoreError):
    """The database has no report of that name."""

    code = "unknown_report"


class UnknownField(StoreError):
    """The database has no field of that name or id."""

    code = "unknown_field"


class AlreadyDecided(StoreError):
    """Somebody else decided about the field since it was shown."""

    code = "already_decided"


class NeedsConfirmation(ExtractError):
    """A reviewer's value does not stand in the report, or its evidence says something else: it must be meant."""

    code = "needs_confirmation"


class UnknownRun(StoreError):
    """The database has no run of that name."""

    code = "unknown_run"


class ModelError(ExtractError):
    """A model did not answer, or not in a way that can be used."""

    code = "model"


class ModelBusy(ModelError):
    """The endpoint asks for patience; ``retry_after`` is in seconds, ``None`` where it does not say how long."""

    code = "rate_limited"
    transient = True

    def __init__(self, message: str, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after


class ModelDown(ModelBusy):
    """The endpoint cannot be reached, fails, or takes too long."""

    code = "unreachable"


class MalformedReply(ModelError):
    """What came back is no chat completion."""

    code = "malformed_reply"
    transient = True


class RequestRejected(ModelError):
    """The endpoint does not accept this very request."""

    code = "rejected"


class PromptTooLong(RequestRejected):
    """The request does not fit into the model's context."""

    code = "too_long"


class ContentFiltered(RequestRejected):
    """The provider's inspection of contents rejects this very text."""

    code = "filtered"


class NotRecorded(ModelError):
    """A question was to be answered from recorded answers, and none of them is to it."""

    code = "not_recorded"
    stops_run = True


class ModelUnusable(ModelError):
    """The endpoint would reject every request: a wrong key, an unknown model, no credit left."""

    code = "model_unusable"
    stops_run = True


class BudgetSpent(ModelError):
    """The run has spent what it was allowed to."""

    code = "budget"
    stops_run = True
