"""Drawing: a face asset and its motion become pictures.

The public function `vasa_core.render` has this package's name, and importing any part of the package puts the package
in the function's place. So the package can be called, too, and does the same.
"""

import sys
from types import ModuleType
from typing import Any

from vasa_core.render.compiled import cache_folder

cache_folder()  # before any module of this package compiles


class _Render(ModuleType):
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from vasa_core.pipeline import render

        return render(*args, **kwargs)


sys.modules[__name__].__class__ = _Render
