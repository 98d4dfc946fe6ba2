"""Train the spread head of a prior anew, the network unchanged: `python tools/spread.py PRIOR [...]`.

The heads of the bundled priors were made so. `zedo train` does the same at the end of a run.
"""

import sys
from pathlib import Path

from zedo_cli.prior.card import TrainingSettings
from zedo_cli.prior.checkpoint import load_prior, save_prior
from zedo_cli.training.corpus import Corpus
from zedo_cli.training.spread import STEPS, train_spread


def main() -> None:
    """Train the heads of the files that are given, and write them."""
    corpus = Corpus.load([])
    for path in map(Path, sys.argv[1:]):
        prior = load_prior(path)
        settings = prior.card.training or TrainingSettings()

        def progress(done: int, loss: float, name: str = path.name) -> None:
            if done % 500 == 0:
                print(f"{name}: step {done} of {STEPS}, loss {loss:.3f}", flush=True)

        prior.spread = train_spread(prior, corpus, settings, STEPS, progress)
        save_prior(prior, path)


if __name__ == "__main__":
    main()
