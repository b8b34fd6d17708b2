"""Drawing: a face asset and its motion become pictures.

Drawn from the back to the front:

background   the portrait's own with the person taken away and filled in, or another (`backdrop`)
person       shoulders, neck, hair, head and face as one textured relief with a soft matte (`sheet`, drawn by `relief`):
             depth instead of seams between them, so that nothing tears, doubles or folds when the head turns (`mesh`)
light        what the portrait's own light does on skin that turns or folds (`light`, `creases`)
mouth        teeth, gums, tongue and cavity as a small 3D model behind the lips (`mouth` and its parts)
eyes         eyeballs with iris and catch-light, lids that slide over them (`eyes` and its parts)

`Renderer` prepares them once per portrait; per frame `deform` and `head` turn motion into places, the layers draw.

The public function `vasa_core.render` has this package's name, and importing any part of the package puts the package
in the function's place. So the package can be called, too, and does the same.
"""

import sys
from types import ModuleType
from typing import Any

from vasa_core.compiled import compile_together

compile_together()  # before any module of this package compiles


class _Render(ModuleType):
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from vasa_core.pipeline import render

        return render(*args, **kwargs)


sys.modules[__name__].__class__ = _Render
