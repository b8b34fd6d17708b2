"""What many faces cost before they are drawn: processor and wall time per block of 80 ms, on one core.

python tests/benchmarks/bench_crowd.py [--faces 1 2 4 8 16] [--blocks 100] [--apart] [--models FOLDER]

The table has the median over the blocks. --apart: each face goes through the networks by itself. --models: a folder
with other files of the motion model than the shipped ones.
"""

import argparse
import itertools
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
from long_voice import write_long_voice

from vasa_core.audio.encoder import BLOCK_S, BLOCK_SAMPLES, LIVE
from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.audio.reading import load_audio
from vasa_core.motion.crowd import Call, Crowd, idle, push
from vasa_core.motion.generator import AnimationSettings, MotionGenerator
from vasa_core.motion.innovations import BLOCK
from vasa_core.motion.sampler import MotionModel

WARM_UP_BLOCKS = 40
"""Until the model's memory of 2.56 s is full."""
VOICE_S = 60.0
SPEAKING, IDLE = "speaking", "idle"


def pieces(voice: np.ndarray, number: int) -> Iterator[np.ndarray]:
    """The voice of face `number`, a block at a time, without end; faces begin at different places."""
    blocks = voice[: len(voice) // BLOCK_SAMPLES * BLOCK_SAMPLES].reshape(-1, BLOCK_SAMPLES)
    return itertools.cycle(np.roll(blocks, -23 * number, axis=0))


def turns(doing: str, voice: np.ndarray, number: int) -> Iterator[Call]:
    """What a face does in each block."""
    return (push(piece) for piece in pieces(voice, number)) if doing == SPEAKING else itertools.repeat(idle(BLOCK))


def apart(crowd: Crowd, calls: list[tuple[MotionGenerator, Call]]) -> None:
    """The same without sharing any run of the networks."""
    for call in calls:
        crowd.advance([call])


def measure(crowd: Crowd, doing: str, faces: int, blocks: int, voice: np.ndarray, advance: Callable) -> np.ndarray:
    """[blocks, 2] processor and wall time of each block in ms."""
    crowded = [crowd.face(AnimationSettings(seed=number)) for number in range(faces)]
    acts = [turns(doing, voice, number) for number in range(faces)]
    spent = []
    for _ in range(WARM_UP_BLOCKS + blocks):
        calls = [(face, next(act)) for face, act in zip(crowded, acts, strict=True)]
        begin = time.process_time(), time.perf_counter()
        advance(crowd, calls)
        spent.append((time.process_time() - begin[0], time.perf_counter() - begin[1]))
    return 1000 * np.array(spent[WARM_UP_BLOCKS:])


def cost_of_a_face(crowd: Crowd, voice: np.ndarray, faces: int = 32) -> tuple[float, float]:
    """Processor time in ms to make a face, and resident memory in MB that each keeps once it has spoken."""
    process = psutil.Process()
    before, begin = process.memory_info().rss, time.process_time()
    made = [crowd.face(AnimationSettings(seed=number)) for number in range(faces)]
    spent = time.process_time() - begin
    for _ in range(3):
        crowd.advance((face, push(voice[:SAMPLE_RATE])) for face in made)
    return 1000 * spent / faces, (process.memory_info().rss - before) / 1e6 / faces


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", type=int, nargs="+", default=[1, 2, 4, 8, 16])
    parser.add_argument("--blocks", type=int, default=100)
    parser.add_argument("--apart", action="store_true")
    parser.add_argument("--models", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        voice = load_audio(write_long_voice(Path(folder) / "voice.wav", VOICE_S))
    begin = time.process_time()
    crowd = Crowd(model=MotionModel(options.models))
    print(f"a crowd without faces: {1000 * (time.process_time() - begin):.0f} ms to open")
    advance = apart if options.apart else Crowd.advance
    print(f"{options.blocks} blocks of {1000 * BLOCK_S:.0f} ms, look-ahead {1000 * LIVE.look_ahead:.0f} ms, one thread")
    print(
        f"{'':9}{'faces':>6} {'processor ms':>13} {'95 %':>7} {'wall ms':>8} {'of one core':>12} {'times one face':>15}"
    )
    for doing in (SPEAKING, IDLE):
        one = None
        for faces in options.faces:
            spent = measure(crowd, doing, faces, options.blocks, voice, advance)
            processor, wall = np.median(spent, axis=0)
            one = one or processor / faces
            high = np.percentile(spent[:, 0], 95)
            share = processor / 1000 / BLOCK_S
            print(f"{doing:9}{faces:6} {processor:13.2f} {high:7.2f} {wall:8.2f} {share:12.1%} {processor / one:15.2f}")
    start, memory = cost_of_a_face(crowd, voice)
    print(f"each further face: {start:.2f} ms to make, {memory:.2f} MB")


if __name__ == "__main__":
    main()
