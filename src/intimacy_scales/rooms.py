"""Rooms that are called like their one public function: ``ims.reliability(data, bank)``.

The names of the public face are fixed, and so are the rooms'; two of them are the same. Python binds a room's
name to its module as soon as anything below imports it, so the module itself takes the call.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class CallableRoom(ModuleType):
    """A module that passes a call on to the function of its own name."""

    def __call__(self, *args: Any, **wishes: Any) -> Any:
        """Call the room's function."""
        return self.__dict__["__call_room__"](*args, **wishes)


def make_callable(room: str, function: Any) -> None:
    """Let the module ``room`` be called as ``function``, and be documented as it is."""
    module = sys.modules[room]
    module.__dict__["__call_room__"] = function
    module.__dict__["__wrapped__"] = function  # inspect.signature and help look here
    module.__class__ = CallableRoom
