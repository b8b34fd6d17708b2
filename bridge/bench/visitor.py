"""A client that is going to be killed: `python -m bridge.bench.visitor ADDRESS NPC UTTERANCE`.

It speaks, prints "accepted" when that was answered, and takes frames until somebody kills it.
"""

import sys

from bridge.bench.voices import RATE, voice
from bridge.client import Client

SPOKEN_S = 3.0
LIFE_S = 60.0
"""It ends by itself after so long without frames, should nobody kill it."""


def main() -> None:
    """Command line."""
    address, npc, utterance = sys.argv[1:]
    with Client(address) as client:
        client.subscribe(npc)
        client.speak(npc, utterance, voice(SPOKEN_S), rate=RATE)
        print("accepted", flush=True)
        while client.frame(npc, timeout=LIFE_S) is not None:
            pass


if __name__ == "__main__":
    main()
