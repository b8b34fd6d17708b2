"""What is asked of a face, from the wire to the motion's controls."""

from typing import Any

import msgspec

from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import Controls
from vasa_core.errors import VasaError
from vasa_core.motion.controls import number_row


def changes_of(controls: Controls) -> dict[str, Any]:
    """What is asked for, checked; None leaves it to the model. Raises "bad_control"."""
    changes = {
        name: value for name in controls.__struct_fields__ if (value := getattr(controls, name)) is not msgspec.UNSET
    }
    try:
        for name, value in changes.items():
            number_row(name, value)
    except VasaError as error:
        raise BridgeError("bad_control", str(error)) from error
    return changes
