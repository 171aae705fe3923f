"""Errors that the whole system shares."""


class GeohazardError(Exception):
    """Base of every error that a user can cause and mend; its text is one clear sentence."""


class SettingsError(GeohazardError):
    """A setting is missing or out of range; the text names it and what is allowed."""


class RegistryError(GeohazardError):
    """The registry of points cannot be used; the text names the file, the line and the reason."""


class FrameError(GeohazardError):
    """Bytes that should be a frame are not one."""


class RejectedError(GeohazardError):
    """A payload cannot be used.

    Parameters
    ----------
    reason
        A member of `domain.rejects.RejectReason`, by value.
    detail
        What exactly was wrong, for a person; never contains the payload itself.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
