"""Means of named figures between two lines of a log."""


class RunningMeans:
    def __init__(self):
        self.sums: dict[str, float] = {}
        self.count = 0

    def add(self, figures: dict[str, float]) -> None:
        for name, value in figures.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
        self.count += 1

    def taken(self) -> str:
        """The means since the last call, as `name value` pairs; starts anew."""
        sentence = " ".join(f"{name} {total / self.count:.5g}" for name, total in self.sums.items())
        self.sums, self.count = {}, 0
        return sentence
