"""How pages become tasks of a cluster: without Dask and Ray."""

import os

import pytest

from fastcv.datasets import PageTask, clusters


class Machine:
    """A cluster that cuts at once."""

    lost = ()

    def __init__(self, cpus):
        self._cpus = cpus
        self.sizes = []

    def start(self, tasks):
        self.sizes.append(len(tasks))
        return tasks

    def finish(self, tasks):
        return [task.failed("cut") for task in tasks]

    def cpus(self):
        return self._cpus


@pytest.mark.parametrize(
    ("pages", "cpus", "first", "most"), [(24, 64, 24, 1), (24, 2, 8, 3), (1000, 2, 8, 8)]
)
def test_tasks_grow_with_the_pages_that_were_begun(pages, cpus, first, most):
    names = [f"{number}" for number in range(pages)]
    machine = Machine(cpus)
    results = clusters._in_order((PageTask(name, name, None, "") for name in names), machine)
    assert [result.name for result in results] == names
    assert sum(machine.sizes) == pages
    assert machine.sizes[:first] == [1] * first
    assert max(machine.sizes) == most


def test_settings_are_given_to_new_processes_only(monkeypatch):
    monkeypatch.setenv("FASTCV_GIVEN", "by the user")
    monkeypatch.delenv("FASTCV_ABSENT", raising=False)
    with clusters._environment({"FASTCV_GIVEN": "a", "FASTCV_ABSENT": "b"}):
        assert (os.environ["FASTCV_GIVEN"], os.environ["FASTCV_ABSENT"]) == ("by the user", "b")
    assert os.environ["FASTCV_GIVEN"] == "by the user"
    assert "FASTCV_ABSENT" not in os.environ
