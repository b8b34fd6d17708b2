"""The one family of errors that users see: what was wrong, with what, and what to do about it."""


class VasaError(Exception):
    """An error with a sentence a user can act on. The command line prints it without a traceback."""


class PortraitError(VasaError):
    """The portrait cannot be used: no face, several faces, too small, turned too far, not an image."""


class AudioError(VasaError):
    """The audio cannot be used: unreadable, without a sound stream, empty or too short."""


class VideoError(VasaError):
    """The actor's video cannot be used: unreadable, without pictures, or without a face."""


class AssetError(VasaError):
    """A face asset file is damaged, truncated or was written by a newer version."""


class ModelError(VasaError):
    """A model is unknown, missing or another one than expected, or the provider asked for cannot run it."""


class ExportError(VasaError):
    """A result cannot be written: unknown kind of file, folder not writable, disk full."""


class EmotionError(VasaError):
    """An emotion asked for is unknown, or its strengths are out of range."""


class ControlError(VasaError):
    """Something asked of a face, such as a gaze or a distance, is unknown or out of range."""


class CueError(VasaError):
    """A file of cues cannot be read, or one of its cues asks for something that cannot be."""
