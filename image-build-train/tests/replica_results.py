"""What one process of several computes for the test of exchanges: `python replica_results.py RANK SIZE PORT IN OUT`."""

import os
import socket
import sys
from typing import Any

import numpy as np

from ocr_training.parallel.crew import Crew
from ocr_training.parallel.devices import Devices
from ocr_training.parallel.following import Following, reach
from ocr_training.parallel.leading import Leading
from ocr_training.parallel.link import Link
from ocr_training.parallel.replicas import ALONE, Replicas, connect
from ocr_training.termination import Termination

SECONDS = 120
CHARACTERS = "ABCDEFGH"
UNCLIPPED = 1e9


def main(rank: int, size: int, port: int, source: str, target: str) -> None:
    """Gradients of one batch, statistics of batch normalisation and a validation's score, as arrays in a file."""
    os.environ.update(GLOO_SOCKET_IFNAME="lo", GLOG_minloglevel="2")
    this = joined(rank, size, port) if size > 1 else ALONE
    from ocr_training.parallel.exchange import average_statistics
    from ocr_training.parallel.host_gradients import settle_gradients

    with np.load(source) as given:
        model, batch, validation = parts(given["crops"], given["texts"].tolist(), this)
    found = {"lines": np.array(len(batch.images))}
    for frozen in (True, False):
        step(model, batch, frozen=frozen)
        settle_gradients(model.parameters(), UNCLIPPED, 0.0, this)
        for name, parameter in model.named_parameters():
            if parameter.grad is None:
                continue
            found[f"{'frozen' if frozen else 'own'} {name}"] = parameter.grad.numpy().copy()
            parameter.clear_gradient()
    average_statistics(model, this)
    found |= {f"statistics {name}": p.numpy() for name, p in model.named_parameters() if p.stop_gradient}
    score = validation.score(model, None, this)
    found["score"] = np.array([score.loss, score.accuracy.exact_match, score.accuracy.cer, score.accuracy.ned])
    np.savez(target, **found)
    this.link.finish(SECONDS)


def joined(rank: int, size: int, port: int) -> Replicas:
    """Connected with the others as the processes of a job are."""
    crew, termination = Crew(("algo-1",), size, local=rank), Termination()
    link: Link
    if rank:
        link = follower = Following(reach(("127.0.0.1", port), "process 0", SECONDS), crew, print, termination)
        meeting = follower.port()
    else:
        link = leader = Leading(socket.create_server(("127.0.0.1", port)), crew, print, termination)
        leader.gather(SECONDS)
        with socket.create_server(("127.0.0.1", 0)) as free:
            meeting = free.getsockname()[1]
        leader.go(meeting)
    connect(crew, Devices("cpu", size), "127.0.0.1", meeting)
    return Replicas(rank, size, link)


def parts(crops: Any, texts: list[str], this: Replicas) -> Any:
    """The model, this process's share of the one batch, and the validation."""
    import cv2
    import paddle

    from ocr_training.data.augmentation import Augmentation
    from ocr_training.data.batches import Batches
    from ocr_training.data.dictionary import Dictionary
    from ocr_training.data.lines import LabelledLine
    from ocr_training.model.crnn import CRNN
    from ocr_training.validation import Validation

    dictionary = Dictionary(tuple(CHARACTERS))
    lines = [
        LabelledLine(cv2.imencode(".png", crop)[1].tobytes(), text, crop.shape[1])
        for crop, text in zip(crops, texts, strict=True)
    ]
    (batch,) = Batches(lines, [], dictionary, len(lines), 0.0, Augmentation(0.0), 5, this=this)(1)
    paddle.seed(3)
    return CRNN(dictionary.n_classes), batch, Validation(lines * 4, dictionary)


def step(model: Any, batch: Any, *, frozen: bool) -> None:
    """Gradients of a training step; with frozen statistics a line's reading does not depend on its neighbours'."""
    import paddle
    from paddle import nn

    from ocr_training.validation import ctc_losses

    model.train()
    for layer in model.sublayers():
        if frozen and isinstance(layer, nn.BatchNorm2D):
            layer.eval()
    (ctc_losses(model(paddle.to_tensor(batch.images)), batch).mean() * batch.weight).backward()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5])
