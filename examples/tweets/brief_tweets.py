"""Does the model read tweets better than a person? VADER beside the people who rated the same 4,200 tweets.

Tweets and ratings come with the source package of vaderSentiment 3.3.2 (MIT); nothing of it is kept here. Run it with
``python examples/tweets/brief_tweets.py``, which fetches the package with pip, or hand over the file if you have it:
``python examples/tweets/brief_tweets.py vaderSentiment-3.3.2.tar.gz``. It writes ``out/tweets``.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

import expectkit as ek
from expectkit.measure.people import each_against_the_others

PACKAGE = "vaderSentiment==3.3.2"
N_READERS = 5
UNHAPPY_FROM = 0.05
"""VADER's own convention: a compound score of -0.05 or less is negative."""


def fetch() -> bytes:
    """Return the source package, fetched with pip."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-binary", ":all:", "--no-deps"]
        subprocess.run([*command, "--dest", folder, PACKAGE], check=True)
        return next(Path(folder).glob("*.tar.gz")).read_bytes()


def read_package(package: bytes) -> Iterator[tuple[str, list[int]]]:
    """Yield each tweet and the ratings of the people who read it, from -4 (very negative) to 4."""
    with tarfile.open(fileobj=io.BytesIO(package)) as outer:
        inner = next(member for member in outer if member.name.endswith("hutto_ICWSM_2014.tar.gz"))
        with tarfile.open(fileobj=outer.extractfile(inner)) as study:
            files = {Path(member.name).name: member for member in study}
            texts, ratings = (
                study.extractfile(files[name]).read().decode("utf-8", "replace").splitlines()
                for name in ("tweets_GroundTruth.txt", "tweets_anonDataRatings.txt")
            )
    by_id = {line.split("\t")[0]: line.split("\t")[-1] for line in texts if line}
    for line in filter(None, ratings):
        fields = line.split("\t")
        yield by_id[fields[0]], json.loads(fields[-1])


def score_tweets(package: bytes) -> pd.DataFrame:
    """Score each tweet, set five readers apart, and let the majority of all others say whether it is unhappy.

    So no reader is compared with a label they helped to set. Ratings are anonymous: the first of one tweet and the
    first of the next need not be of the same person.
    """
    vader = SentimentIntensityAnalyzer()
    rows = []
    for tweet, ratings in read_package(package):
        unhappy = [rating < 0 for rating in ratings]
        others = unhappy[N_READERS:]
        readers = {f"reader_{k + 1}": int(unhappy[k]) for k in range(N_READERS)}
        score = -vader.polarity_scores(tweet)["compound"]
        rows.append({"score": score, "unhappy": int(2 * sum(others) > len(others)), "tweet": tweet} | readers)
    return pd.DataFrame(rows)


def make_briefing(package: bytes) -> ek.Briefing:
    """Brief on VADER beside single readers."""
    readers = [f"reader_{k + 1}" for k in range(N_READERS)]
    return ek.brief(
        "unhappy",
        "score",
        data=score_tweets(package),
        threshold=UNHAPPY_FROM,
        chosen_on="other cases",
        cases_per_day=5_000,
        prevalence="as in cases",
        decision="reader_1",
        baseline_name="one reader",
        raters=readers,
        model_name="VADER model",
        case="tweet",
        words_positive="unhappy tweet",
        negative="calm tweet",
        flagged="sent to customer care",
        missed="overlooked",
        date="2026-03-12",
        banner="An example: 4,200 tweets rated by people, published with VADER in 2014, and an assumed traffic.",
    )


def agreement(package: bytes) -> float:
    """Return the share of tweets on which one reader agrees with the majority of the others."""
    votes = np.array([[rating < 0 for rating in ratings[:20]] for _, ratings in read_package(package)]).T
    counts = each_against_the_others(votes.astype(int))
    right = sum(one.n_true_positives + one.n_true_negatives for one in counts)
    return right / sum(one.n_cases for one in counts)


if __name__ == "__main__":
    found = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else fetch()
    briefing = make_briefing(found)
    print(briefing.statements["people.side_by_side"])
    print(f"A single reader agrees with the majority of the others on {agreement(found):.1%} of tweets.")
    briefing.save(Path("out/tweets"), formats=("html", "md", "json"))
