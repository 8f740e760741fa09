"""The public names of ``analysis.estimate``: all there, the functions and not the modules, and nothing else."""

import inspect
import subprocess
import sys

import pytest

from analysis import estimate


def test_every_public_name_is_a_function_or_a_class():
    assert len(estimate.__all__) > 25
    assert [name for name in estimate.__all__ if inspect.ismodule(getattr(estimate, name))] == []


def test_no_module_of_the_package_hides_a_public_name():
    told = (
        "import importlib, inspect, pkgutil, analysis.estimate as e\n"
        "for module in pkgutil.iter_modules(e.__path__): importlib.import_module(f'analysis.estimate.{module.name}')\n"
        "print([name for name in e.__all__ if inspect.ismodule(getattr(e, name))])"
    )
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_an_unknown_name_is_no_attribute():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        estimate.__getattr__("nothing")
