"""Recorded functions of tensors: hundreds of small operations are replayed without Python between them.

A frame is a few hundred operations of microseconds each, which Python cannot launch as fast as they are
done: on a GPU by a factor of seven, on a CPU, for a few people, of two. A recording is made for a shape and
replayed: a CUDA graph on a GPU, a trace of TorchScript on a CPU.
"""

import warnings
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from functools import partial
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn

MOST_GRAPHS = 8
"""Recordings that are kept: one for each number of rows and set of known fields."""

MOST_SEEN = 64
"""Shapes that are remembered to have come once."""

FEW_ROWS = 8
"""Rows up to which a recording is made on a CPU: with more, the operations take most of the time."""

_AGREES = 1e-5
"""Largest difference (m, and whatever else the function returns) of a recording from the function itself."""


class Weights(Protocol):
    """What a function multiplies by, besides its input."""

    def state(self) -> Hashable:
        """Something else when the weights have changed: a recording keeps those that it was made with."""
        ...

    def layers(self) -> Iterable[nn.Module]:
        """Modules whose weights are not tensors; a recording on a CPU has to hold them."""
        ...


class _Recorded(NamedTuple):
    """run: the recording, of the tensors of a value. outputs: a result, for the places of its tensors.
    replayed: whether it is more than the function itself."""

    run: Callable[[list[Tensor]], list[Tensor]]
    outputs: Any
    replayed: bool = True


class Graphed:
    """A function of a named tuple of tensors, recorded when the shapes of its input come again.

    The same results as the function itself, whose tensors have a row for each person as first dimension; a
    row does not depend on the others. On a CPU only few rows are recorded, and at most `MOST_GRAPHS` shapes
    in all, since a recording takes 0.1 to 0.3 s there; it is compared with the function, and dropped
    if they differ.

    Args:
        function: takes and returns (named) tuples of tensors, None, and such tuples. It must not depend on
            the values of its input, except by tensor operations, and must not use random numbers of the GPU.
        weights: of the network that it calls (`prior.packing`), if they may change.
    """

    def __init__(self, function: Callable[[Any], Any], weights: Callable[[], Weights] | None = None) -> None:
        self._function = function
        self._weights = weights
        self.held = False
        """Whether nothing more is recorded on a CPU. Fewer rows than recorded are then filled up."""
        self._seen: set[tuple[Any, ...]] = set()
        self._recorded: OrderedDict[tuple[Any, ...], _Recorded] = OrderedDict()

    def __call__(self, value: Any) -> Any:
        """The function's result."""
        inputs = tensors_of(value)
        if not inputs or torch.is_grad_enabled() or not self._may_record(inputs[0]):
            return self._function(value)
        kind = structure(value), self._weights and self._weights().state()
        key = (kind, *((part.shape, part.dtype, part.device) for part in inputs))
        recorded = self._recorded.get(key)
        if recorded is None and self.held and (larger := self._larger(key)):
            return self._padded(value, inputs, larger)
        if recorded is None:
            cuda, full = inputs[0].is_cuda, len(self._recorded) >= MOST_GRAPHS
            if key not in self._seen or (not cuda and (full or self.held)):
                # a shape that comes once does not pay for recording
                if len(self._seen) >= MOST_SEEN:
                    self._seen.clear()
                self._seen.add(key)
                return self._function(value)
            if full:
                self._recorded.popitem(last=False)
            if cuda:
                recorded = _cuda_graph(self._function, value)
            else:
                recorded = _trace(self._function, value, self._weights().layers() if self._weights else ())
            self._recorded[key] = recorded
        self._recorded.move_to_end(key)
        return _filled(recorded.outputs, recorded.run(inputs))

    def _larger(self, key: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """The key of the recording with the fewest rows among those that differ in more rows alone."""

        def widths(of: tuple[Any, ...]) -> list[Any]:
            return [(shape[1:], *rest) for shape, *rest in of[1:]]

        rows = [(of[1][0][0], of) for of, recorded in self._recorded.items() if recorded.replayed]
        fits = [
            (count, recorded)
            for count, recorded in rows
            if count > key[1][0][0] and recorded[0] == key[0] and widths(recorded) == widths(key)
        ]
        return min(fits, key=lambda fit: fit[0])[1] if fits else None

    def _padded(self, value: Any, inputs: list[Tensor], key: tuple[Any, ...]) -> Any:
        """The result of fewer rows by the recording of `key`: the first row is repeated."""
        count, full = len(inputs[0]), key[1][0][0]
        index = torch.arange(full).masked_fill(torch.arange(full) >= count, 0)
        results = self._recorded[key].run([part[index] for part in inputs])
        return _filled(self._recorded[key].outputs, [part[:count] for part in results])

    def forget(self) -> None:
        """Make room for other shapes."""
        self._recorded.clear()

    def _may_record(self, tensor: Tensor) -> bool:
        if tensor.is_cuda:
            return True
        return tensor.device.type == "cpu" and 0 < len(tensor) <= FEW_ROWS and _tracer() is not None


def _cuda_graph(function: Callable[[Any], Any], value: Any) -> _Recorded:
    own = mapped(value, Tensor.clone)
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        function(own)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        outputs = function(own)
    mine, results = tensors_of(own), tensors_of(outputs)

    def run(inputs: list[Tensor]) -> list[Tensor]:
        for place, given in zip(mine, inputs, strict=True):
            place.copy_(given)
        graph.replay()
        return [result.clone() for result in results]  # the next replay writes over them

    return _Recorded(run, outputs)


def _tracer() -> Callable[..., Any] | None:
    """TorchScript's; later versions of torch may lack it."""
    return getattr(torch.jit, "trace", None)


class _Traceable(nn.Module):
    """A function of tensors with the layers that it uses, as a trace needs them."""

    def __init__(self, function: Callable[[list[Tensor]], list[Tensor]], layers: Iterable[nn.Module]) -> None:
        super().__init__()
        self._function = function
        self.layers = nn.ModuleList(layers)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """The function's results."""
        return tuple(self._function(list(inputs)))


def _trace(function: Callable[[Any], Any], value: Any, layers: Iterable[nn.Module]) -> _Recorded:
    """A trace, or the function itself where a trace is not the same (draws, gradients)."""
    outputs = function(value)
    results = tensors_of(outputs)

    def eagerly(inputs: list[Tensor]) -> list[Tensor]:
        return tensors_of(function(_filled(value, inputs)))

    tracer, inputs = _tracer(), tensors_of(value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sizes, which are part of the key, and constants
            module = _Traceable(eagerly, layers)
            traced = partial(_called, tracer(module, tuple(inputs), check_trace=False))  # type: ignore[misc]
            # TorchScript optimises in the first runs
            same = all(_agree(traced(inputs), results) for _ in range(3))
    except RuntimeError:
        same = False
    return _Recorded(traced if same else eagerly, outputs, same)


def _called(function: Callable[..., tuple[Tensor, ...]], inputs: list[Tensor]) -> list[Tensor]:
    return list(function(*inputs))


def _agree(some: list[Tensor], others: list[Tensor]) -> bool:
    pairs = zip(some, others, strict=True)
    return all(torch.allclose(a.double(), b.double(), 0, _AGREES, equal_nan=True) for a, b in pairs)


def _filled(value: Any, tensors: list[Tensor]) -> Any:
    """The value with other tensors in its places."""
    parts = iter(tensors)
    return mapped(value, lambda _: next(parts))


def tensors_of(value: Any) -> list[Tensor]:
    """The tensors in (nested) tuples, in order."""
    if isinstance(value, Tensor):
        return [value]
    return [tensor for part in value for tensor in tensors_of(part)] if isinstance(value, tuple) else []


def mapped(value: Any, function: Callable[[Tensor], Tensor]) -> Any:
    """The same (nested, named) tuples with `function` applied to their tensors, in the order of
    `tensors_of`."""
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
