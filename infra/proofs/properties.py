"""A resource's properties, of which none may be passed over: what nobody has asked for is an error in the end."""

from templates import TemplateError

_NONE = object()


class Properties:
    """Resolved properties, each to be taken once, or said to be left out."""

    def __init__(self, of: str, values: dict):
        self._of, self._values, self._parts = of, dict(values), []

    def take(self, name: str, default=_NONE):
        """A property's value, which the caller understands whole."""
        value = self._values.pop(name, default)
        if value is _NONE:
            raise TemplateError(f"{self._of} lacks {name}")
        return value

    def part(self, name: str) -> "Properties":
        """A property that has properties; empty if it is not there."""
        part = Properties(f"{self._of}.{name}", self._values.pop(name, {}))
        self._parts.append(part)
        return part

    def only(self, name: str, *expected) -> None:
        """A property that may have these values only; it may be missing if `None` is among them."""
        value = self.take(name, None)
        if value not in expected:
            raise TemplateError(f"{self._of}.{name} is {value!r}")

    def leave(self, *names: str) -> None:
        """Properties that the emulator has no place for, and that nothing here stands on."""
        for name in names:
            self._values.pop(name, None)

    def tags(self) -> list[dict[str, str]]:
        return self.take("Tags", [])

    def finish(self) -> None:
        """Raises a TemplateError that names every property which was not asked for."""
        left = self.left()
        if left:
            raise TemplateError(f"{self._of}: not understood: {', '.join(left)}")

    def left(self) -> list[str]:
        return [*self._values, *(name for part in self._parts for name in part.named_left())]

    def named_left(self) -> list[str]:
        return [f"{self._of}.{name}" for name in self.left()]
