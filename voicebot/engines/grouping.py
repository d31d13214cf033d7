"""Groups questions that ask for the same thing, by the nearness of their meanings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.cluster import AgglomerativeClustering

from voicebot.engines.encoder import Encoder

SAME = 0.5
"""Cosine, averaged over two groups, from which they are one."""


def group_similar(encoder: Encoder, questions: Sequence[str]) -> list[list[int]]:
    """Return the indexes of the questions in groups, the largest first.

    Within a group the question that is nearest to all others comes first. Takes the square of the
    number of questions in memory: a few thousand are fine.
    """
    if not questions:
        return []
    vectors = np.asarray(encoder.encode(questions))
    if len(questions) == 1:
        return [[0]]
    clusters = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=1 - SAME
    )
    labels = clusters.fit_predict(vectors)
    groups: list[list[int]] = []
    for label in range(int(labels.max()) + 1):
        members = np.flatnonzero(labels == label)
        nearness = vectors[members] @ vectors[members].mean(axis=0)
        groups.append([int(members[i]) for i in np.argsort(-nearness, kind="stable")])
    return sorted(groups, key=lambda group: (-len(group), group[0]))
