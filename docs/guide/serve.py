"""Labels and probabilities of samples: ``python serve.py model.onnx samples.csv``.

A model of numbers takes rows of them without a header. A model of a table takes its
columns by their names in the first line, and an empty cell is a missing value.
"""

import csv
import sys

import numpy as np
import onnxruntime

TYPES = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(string)": object,
}


def read(samples, inputs):
    if len(inputs) == 1:
        (given,) = inputs
        dtype = TYPES[given.type]
        return {given.name: np.loadtxt(samples, delimiter=",", dtype=dtype, ndmin=2)}
    with open(samples, newline="") as file:
        rows = list(csv.DictReader(file))
    found = {}
    for given in inputs:
        column = np.array([[row[given.name] or "nan"] for row in rows])
        found[given.name] = column.astype(TYPES[given.type])
    return found


def main(model, samples):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    labels, probabilities = session.run(None, read(samples, session.get_inputs()))
    for label, p in zip(labels, probabilities):
        print(label, *(f"{value:.6f}" for value in p))


if __name__ == "__main__":
    main(*sys.argv[1:])
