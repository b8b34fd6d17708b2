"""A window that shows a face, with tkinter and Pillow."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import VasaError

if TYPE_CHECKING:
    from PIL.ImageTk import PhotoImage

TICK_MS = 8
"""Between two looks for a new picture: half of a frame at 60 fps."""
BEHIND = (58, 62, 70)
"""sRGB of what is behind a transparent face."""

Picture = NDArray[np.uint8]
"""[height, width, 4] RGBA with colours premultiplied by opacity, or opaque."""


class ScreenError(VasaError):
    """No window can be opened; a sentence that says why and what to do."""


class Screen:
    """A window; `run` shows pictures until it is closed."""

    def __init__(self, title: str) -> None:
        """Open it. Raises `ScreenError` where there is no screen, or no tkinter."""
        try:
            import tkinter

            from PIL import ImageTk  # noqa: F401 - a separate package on some systems
        except ImportError as problem:
            raise ScreenError(
                f"A window needs tkinter and Pillow's ImageTk: {problem}. On Debian: apt install python3-tk; or write "
                "the frames somewhere with -o."
            ) from None
        try:
            self._window = tkinter.Tk()
        except tkinter.TclError as problem:
            raise ScreenError(f"There is no screen here: {problem}. Write the frames somewhere with -o.") from None
        self._window.title(title)
        self._label = tkinter.Label(self._window, borderwidth=0)
        self._label.pack()
        self._photo: PhotoImage | None = None

    def run(self, turn: Callable[[], Picture | None]) -> None:
        """Show what `turn` gives (None: nothing new) until the window is closed; `turn` ends it with StopIteration."""
        problem: BaseException | None = None

        def tick() -> None:
            nonlocal problem
            try:
                picture = turn()
            except StopIteration:
                self._window.destroy()
                return
            except BaseException as raised:
                problem = raised
                self._window.destroy()
                return
            if picture is not None:
                self._show(picture)
            self._window.after(TICK_MS, tick)

        self._window.after(TICK_MS, tick)
        self._window.mainloop()
        if problem is not None:
            raise problem

    def title(self, text: str) -> None:
        """What the window's bar says."""
        self._window.title(text)

    def _show(self, picture: Picture) -> None:
        from PIL import Image, ImageTk

        from vasa_core.export.opacity import over

        image = Image.fromarray(over(picture, BEHIND))
        if self._photo is None or (self._photo.width(), self._photo.height()) != image.size:
            self._photo = ImageTk.PhotoImage(image)
            self._label.configure(image=self._photo)
        else:
            self._photo.paste(image)
