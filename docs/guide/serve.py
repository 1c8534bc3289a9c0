"""Labels and probabilities of samples: ``python serve.py model.onnx samples.csv``."""

import sys

import numpy as np
import onnxruntime


def main(model, samples):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    dtype = np.float64 if given.type == "tensor(double)" else np.float32
    X = np.loadtxt(samples, delimiter=",", dtype=dtype, ndmin=2)
    labels, probabilities = session.run(None, {given.name: X})
    for label, p in zip(labels, probabilities):
        print(label, *(f"{value:.6f}" for value in p))


if __name__ == "__main__":
    main(*sys.argv[1:])
