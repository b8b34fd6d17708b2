"""Where phonetics expects the lips at each phone class: what a fit starts from, and is held near to.

The recorded sentences have 51 words, so some phones occur next to the same neighbours only, and a fit alone would
share out their mouths at random. Openings are in outer inter-ocular distances on the scale of the recorded speaker
(95th percentile of his opening: 0.14); vowels by height (Ladefoged and Maddieson 1996), consonants by how far their
teeth must be together (Lindblom 1983; Keating, Lindblom, Lubker and Kreiman 1994).
"""

import numpy as np
from numpy.typing import NDArray

from vasa_core.training.synthetic.dominance import CLASSES
from vasa_core.training.synthetic.phones import PHONES, VOWEL

_OPENINGS = """
sil 0 | p -0.005 | b -0.005 | m -0.005 | bh 0.005 | f 0.025 | v 0.025 | w 0.012 | wy 0.02
th 0.05 | dh 0.05 | t 0.055 | d 0.055 | n 0.06 | l 0.07 | rr 0.06 | s 0.045 | z 0.045 | ts 0.045
r 0.04 | sh 0.05 | zh 0.05 | ch 0.045 | jh 0.045 | rt 0.06 | rs 0.05 | cx 0.055 | nj 0.06 | y 0.06
k 0.07 | g 0.07 | ng 0.07 | x 0.07 | q 0.08 | rh 0.075 | h 0.07
iy 0.075 | ih 0.08 | e 0.09 | eh 0.11 | ae 0.13 | a 0.14 | aa 0.13 | ah 0.1 | ax 0.07 | er 0.065
ao 0.11 | o 0.075 | uh 0.06 | uw 0.045 | ue 0.045 | oe 0.07 | ui 0.075
"""
OPENING: dict[str, float] = {
    entry.split()[0]: float(entry.split()[1]) for line in _OPENINGS.strip().splitlines() for entry in line.split("|")
}
"""Height of the mouth's hole by class."""
ROUND_WIDTH, SPREAD_WIDTH = -0.055, 0.015
"""Change of the mouth's width in a fully rounded sound, and in a close front vowel."""


def expected_shape() -> NDArray[np.float32]:
    """[P, 2] opening and change of width of each class, outer inter-ocular distances."""
    shape = np.zeros((len(CLASSES), 2), np.float32)
    for row, name in enumerate(CLASSES):
        phone = PHONES[name]
        spread = SPREAD_WIDTH * phone.height * phone.frontness * (1 - phone.rounding) * (phone.manner == VOWEL)
        shape[row] = OPENING[name], ROUND_WIDTH * phone.rounding + spread
    return shape
