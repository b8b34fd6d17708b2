"""How the reader of the GRID corpus (British English) says its 51 words, in phone classes."""

from vasa_core.training.synthetic.phones import SILENCE

_SAID = """
bin b ih n | lay l e ih | place p l e ih s | set s eh t
blue b l uw | green g r iy n | red r eh d | white w a ih t
at ae t | by b a ih | in ih n | with w ih dh
again ax g eh n | now n a uh | please p l iy z | soon s uw n
zero z ih r o uh | one w ah n | two t uw | three th r iy | four f ao
five f a ih v | six s ih k s | seven s eh v ax n | eight e ih t | nine n a ih n
a e ih | b b iy | c s iy | d d iy | e iy | f eh f | g jh iy | h e ih ch | i a ih | j jh e ih | k k e ih | l eh l
m eh m | n eh n | o o uh | p p iy | q k y uw | r aa | s eh s | t t iy | u y uw | v v iy | x eh k s | y w a ih
z z eh d
"""

WORDS: dict[str, tuple[str, ...]] = {
    "sil": (SILENCE,),
    "sp": (SILENCE,),
    **{entry.split()[0]: tuple(entry.split()[1:]) for line in _SAID.strip().splitlines() for entry in line.split("|")},
}
"""Phone classes by word; the letters of the alphabet by themselves."""
