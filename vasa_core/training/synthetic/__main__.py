"""Commands of the synthetic corpus: `python -m vasa_core.training.synthetic COMMAND --help`."""

import argparse
from pathlib import Path

from vasa_core.training.synthetic.corpus import write_corpus


def main() -> None:
    """Learn the mouth from recordings, or write the corpus."""
    parser = argparse.ArgumentParser(prog="python -m vasa_core.training.synthetic", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    learn = commands.add_parser("learn", help="fit the dominance model to the GRID reader and score it")
    learn.add_argument("--recordings", type=Path, required=True, help="folder grid_s1: clips and words.tsv")
    learn.add_argument("--latents", type=Path, required=True, help="folder of their tracked latents")
    learn.add_argument("--tongues", type=Path, help="folder for the tongue of every training clip")
    write = commands.add_parser("write", help="write sounds, mouths and tongues of synthetic voices")
    write.add_argument("out", type=Path)
    write.add_argument("--hours", type=float, default=1.5)
    write.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.command == "learn":
        from vasa_core.training.synthetic.learn_mouth import learn as learn_mouth

        print(learn_mouth(arguments.recordings, arguments.latents, tongues=arguments.tongues))
    else:
        hours = write_corpus(arguments.out, arguments.hours, arguments.seed)
        print(", ".join(f"{kind} {amount:.2f} h" for kind, amount in hours.items()))


if __name__ == "__main__":
    main()
