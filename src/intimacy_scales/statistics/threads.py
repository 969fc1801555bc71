"""One thread for many small matrices: several wait for each other longer than they work.

Measured with two processors, both in use: parallel analysis (100 data sets, 2,000 x 36) 17 to 74 s with two threads of
OpenBLAS, 2 s with one. threadpoolctl comes with scikit-learn; without it the work is done as the machine is set.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache, wraps
from importlib import import_module
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def one_thread(work: Callable[P, T]) -> Callable[P, T]:
    """Let a function's matrix products take one thread; what was set before is set again after it.

    The setting is the process's: other threads of the same program that multiply at that moment take one, too.
    """

    @wraps(work)
    def alone(*args: P.args, **kwargs: P.kwargs) -> T:
        with _limited():
            return work(*args, **kwargs)

    return alone


def _limited() -> AbstractContextManager[Any]:
    controller = _controller(*(name in sys.modules for name in ("scipy.special", "scipy.linalg")))
    limits: AbstractContextManager[Any] = (
        nullcontext() if controller is None else controller.limit(limits=1, user_api="blas")
    )
    return limits


@lru_cache(maxsize=4)
def _controller(*parts_of_scipy: bool) -> Any:
    """Look for the libraries that are loaded, again when a part of scipy came with one of its own."""
    del parts_of_scipy
    try:
        return import_module("threadpoolctl").ThreadpoolController()
    except ImportError:
        return None
