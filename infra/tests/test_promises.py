"""What the templates promise, over all resources of all phases; and that each promise can be broken."""

import pytest
from promises import PROMISES


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.name)
def test_holds(promise, synthesized):
    assert list(promise.faults(synthesized)) == []


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.name)
def test_can_be_broken(promise, synthesized):
    changed = synthesized.copy()
    promise.break_it(changed)
    assert list(promise.faults(changed)), "the change goes unnoticed"
