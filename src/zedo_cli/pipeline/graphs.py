"""CUDA graphs of functions of tensors: hundreds of small kernels are launched as one.

A frame is a few hundred kernels of microseconds each, which Python cannot launch as fast as a GPU works. A
graph records them once for a shape and replays them.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

MOST_GRAPHS = 8
"""Graphs that are kept: one for each number of rows and set of known fields."""


class _Recorded(NamedTuple):
    graph: torch.cuda.CUDAGraph
    inputs: list[Tensor]
    outputs: Any


class Graphed:
    """A function of a named tuple of tensors, recorded on a GPU when the shapes of its input come again.

    The same results as the function itself; on a CPU it is called as it is.

    Args:
        function: takes and returns (named) tuples of tensors, None, and such tuples. It must not depend on
            the values of its input, except by tensor operations, and must not use random numbers of the GPU.
    """

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._function = function
        self._recorded: OrderedDict[tuple[Any, ...], _Recorded | None] = OrderedDict()

    def __call__(self, value: Any) -> Any:
        """The function's result."""
        inputs = tensors_of(value)
        if not inputs or inputs[0].device.type != "cuda" or torch.is_grad_enabled():
            return self._function(value)
        key = (structure(value), *((part.shape, part.dtype, part.device) for part in inputs))
        if key not in self._recorded:  # a shape that comes once does not pay for recording
            if len(self._recorded) >= MOST_GRAPHS:
                self._recorded.popitem(last=False)
            self._recorded[key] = None
            return self._function(value)
        recorded = self._recorded[key] or self._record(value)
        self._recorded[key] = recorded
        self._recorded.move_to_end(key)
        graph, own, outputs = recorded
        for mine, given in zip(own, inputs, strict=True):
            mine.copy_(given)
        graph.replay()
        return mapped(outputs, Tensor.clone)  # the next replay writes over them

    def _record(self, value: Any) -> _Recorded:
        own = mapped(value, Tensor.clone)
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            self._function(own)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            outputs = self._function(own)
        return _Recorded(graph, tensors_of(own), outputs)


def tensors_of(value: Any) -> list[Tensor]:
    """The tensors in (nested) tuples, in order."""
    if isinstance(value, Tensor):
        return [value]
    return [tensor for part in value for tensor in tensors_of(part)] if isinstance(value, tuple) else []


def mapped(value: Any, function: Callable[[Tensor], Tensor]) -> Any:
    """The same (nested, named) tuples with `function` applied to their tensors."""
    if isinstance(value, Tensor):
        return function(value)
    if not isinstance(value, tuple):
        return value
    parts = [mapped(part, function) for part in value]
    return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)


def structure(value: Any) -> Any:
    """What is equal for values with tensors in the same places."""
    if isinstance(value, tuple):
        return tuple(structure(part) for part in value)
    return "tensor" if isinstance(value, Tensor) else value
